source("reference_output.R"); suppressMessages(library(glmmTMB))
d <- read.csv(file.path(ROOT,"data/cohort200x90.csv.gz")); d$id <- factor(d$id); d$dayf <- factor(d$day, levels=0:89); R <- list(); tm <- list()
ff <- pain ~ sleep_w + steps_lag_w + sleep_bc + steps_bc + time30 + weekend
put <- function(k, t) { tm[[k]] <<- c(user=unname(t[1]+t[2]), wall=unname(t[3])); cat(k, tm[[k]], "\n") }
t <- system.time(m <- lme(ff, random=~1+sleep_w+steps_lag_w|id, data=d, method="REML", control=lmeControl(opt="nlminb",maxIter=200,msMaxIter=200,returnObject=TRUE))); put("nlme_re3_iid_REML",t)
t <- system.time(m <- lme(ff, random=~1+sleep_w+steps_lag_w|id, correlation=corCAR1(form=~day|id), data=d, method="REML", control=lmeControl(opt="nlminb",maxIter=200,msMaxIter=200,returnObject=TRUE))); put("nlme_re3_car1_REML",t)
R$nlme_re3_car1_REML <- list(logLik=as.numeric(logLik(m)), coef=as.matrix(summary(m)$tTable), vcov=as.matrix(vcov(m)), cov_re=as.matrix(pdMatrix(m$modelStruct$reStruct)[[1]])*m$sigma^2, sigma=m$sigma, rho=unname(coef(m$modelStruct$corStruct,unconstrained=FALSE)), ranef=as.matrix(ranef(m)))
save_ref(R,"cohort_car1.json")
t <- system.time(m <- lme(ff, random=~1+sleep_w+steps_lag_w|id, correlation=corCAR1(form=~day|id), data=d, method="ML", control=lmeControl(opt="nlminb",maxIter=200,msMaxIter=200,returnObject=TRUE))); put("nlme_re3_car1_ML",t)
R$nlme_re3_car1_ML <- list(logLik=as.numeric(logLik(m)), coef=as.matrix(summary(m)$tTable), vcov=as.matrix(vcov(m)), cov_re=as.matrix(pdMatrix(m$modelStruct$reStruct)[[1]])*m$sigma^2, sigma=m$sigma, rho=unname(coef(m$modelStruct$corStruct,unconstrained=FALSE)))
save_ref(R,"cohort_car1.json")
t <- system.time(g <- glmmTMB(pain ~ sleep_w + steps_lag_w + sleep_bc + steps_bc + time30 + weekend + (1+sleep_w+steps_lag_w|id) + ar1(dayf+0|id), dispformula=~0, data=d, REML=TRUE)); put("glmmTMB_re3_ar1_REML",t)
v <- VarCorr(g)$cond; R$glmmTMB_re3_ar1_REML <- list(logLik=as.numeric(logLik(g)), fixef=fixef(g)$cond, vcov=as.matrix(vcov(g)$cond), cov_re=as.matrix(v[[1]])[1:3,1:3], sd_ar1=attr(v[[2]],"stddev")[[1]], rho=attr(v[[2]],"correlation")[1,2], conv=g$fit$convergence)
save_ref(R,"cohort_car1.json")
