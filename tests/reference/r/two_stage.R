# Averages of participants' own slopes: random effects, DerSimonian-Laird weights, Knapp-Hartung's standard error not
# below the plain one (test = "adhoc"). metafor 3.8-1.
library(metafor)
s <- read.csv("../data/two_stage_slopes.csv"); av <- NULL
for (c in unique(s$cohort)) { q <- s[s$cohort == c, ]; r <- rma(q$slope, sei = q$se, method = "DL", test = "adhoc")
  av <- rbind(av, data.frame(cohort = c, people = nrow(q), tau2 = sprintf("%.10g", r$tau2), estimate = sprintf("%.10g", r$b), se = sprintf("%.10g", r$se), df = r$ddf, low = sprintf("%.10g", r$ci.lb), high = sprintf("%.10g", r$ci.ub), p = sprintf("%.10g", r$pval))) }
write.csv(av, "../two_stage_averages.csv", row.names = FALSE, quote = FALSE)
