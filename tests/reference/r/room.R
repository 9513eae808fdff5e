# The share of a normal outcome inside the scale 0-10, from a weighted line through the normal quantiles of the shares.
d <- read.csv("../data/floor_person.csv"); cuts <- 0:9+.5; sh <- sapply(cuts, function(c_) mean(d$pain<c_)); good <- sh>.01&sh<.99
z <- qnorm(pmin(pmax(sh,.01),.99)); wl <- lm(z~cuts, weights=ifelse(good, dnorm(z)^2/pmax(sh*(1-sh),1e-4), 0)); sl <- coef(wl)[2]; mu <- -coef(wl)[1]/sl
cat(sprintf("%.10g %.10g\n", mean(d$pain==0), pnorm(mu*sl)-pnorm((mu-10)*sl)))
