source("reference_output.R"); suppressMessages(library(glmmTMB))
lctl <- lmeControl(maxIter=500, msMaxIter=500, niterEM=50, tolerance=1e-10, msTol=1e-12, opt="nlminb", returnObject=TRUE)
lme_ref <- function(m, carname=NULL) {
  g <- names(m$groups)[1]; tt <- summary(m)$tTable; cs <- m$modelStruct$corStruct
  G <- as.matrix(pdMatrix(m$modelStruct$reStruct)[[1]])*m$sigma^2
  list(call=deparse1(m$call$fixed), method=m$method, nobs=nrow(m$data), logLik=as.numeric(logLik(m)), AIC=AIC(m), BIC=BIC(m), df_model=attr(logLik(m),"df"), sigma=m$sigma,
    coef=as.matrix(tt), vcov=as.matrix(vcov(m)), cov_re=G, rho=if (is.null(cs)) NULL else unname(coef(cs, unconstrained=FALSE)),
    ranef=as.matrix(ranef(m)))
}
R <- list()
# ---- Ovary : corAR1, equally spaced rows within mare (order of rows)
ov <- read.csv(file.path(ROOT,"data/ovary.csv")); ov$Mare <- factor(ov$Mare)
fo <- follicles ~ sin(2*pi*Time) + cos(2*pi*Time)
for (meth in c("REML","ML")) {
  R[[paste0("ovary_ri_iid_",meth)]] <- lme_ref(lme(fo, random=~1|Mare, data=ov, method=meth, control=lctl))
  R[[paste0("ovary_ri_ar1_",meth)]] <- lme_ref(lme(fo, random=~1|Mare, correlation=corAR1(form=~1|Mare), data=ov, method=meth, control=lctl))
}
R$ovary_gls_ar1 <- {g <- gls(fo, data=ov, correlation=corAR1(form=~1|Mare), method="REML"); list(logLik=as.numeric(logLik(g)), coef=coef(g), vcov=as.matrix(vcov(g)), sigma=g$sigma, rho=unname(coef(g$modelStruct$corStruct,unconstrained=FALSE)))}
# ---- BodyWeight: corCAR1 / corExp, unequally spaced (time 43,44)
bw <- read.csv(file.path(ROOT,"data/bodyweight.csv")); bw$Rat <- factor(bw$Rat); bw$Diet <- factor(bw$Diet)
for (meth in c("REML","ML")) {
  R[[paste0("bodyweight_rs_iid_",meth)]] <- lme_ref(lme(weight ~ Time*Diet, random=~Time|Rat, data=bw, method=meth, control=lctl))
  R[[paste0("bodyweight_rs_car1_",meth)]] <- lme_ref(lme(weight ~ Time*Diet, random=~Time|Rat, correlation=corCAR1(form=~Time|Rat), data=bw, method=meth, control=lctl))
  R[[paste0("bodyweight_ri_car1_",meth)]] <- lme_ref(lme(weight ~ Time*Diet, random=~1|Rat, correlation=corCAR1(form=~Time|Rat), data=bw, method=meth, control=lctl))
}
# ---- simulated diary with gaps
d <- read.csv(file.path(ROOT,"data/diary30x60.csv")); d$id <- factor(d$id)
ff <- pain ~ sleep_w + steps_lag_w + sleep_bc + steps_bc + time30 + weekend
tm <- list()
for (meth in c("REML","ML")) {
  t0 <- proc.time()[[3]]; m1 <- lme(ff, random=~1+sleep_w+steps_lag_w|id, correlation=corCAR1(form=~day|id), data=d, method=meth, control=lctl); tm[[paste0("lme_rs_car1_",meth)]] <- proc.time()[[3]]-t0
  R[[paste0("diary_rs_car1_",meth)]] <- lme_ref(m1)
  m2 <- lme(ff, random=~1|id, correlation=corCAR1(form=~day|id), data=d, method=meth, control=lctl); R[[paste0("diary_ri_car1_",meth)]] <- lme_ref(m2)
  m3 <- lme(ff, random=~1+sleep_w|id, correlation=corCAR1(form=~day|id), data=d, method=meth, control=lctl); R[[paste0("diary_sleep_car1_",meth)]] <- lme_ref(m3)
  m0 <- lme(ff, random=~1+sleep_w+steps_lag_w|id, data=d, method=meth, control=lctl); R[[paste0("diary_rs_iid_",meth)]] <- lme_ref(m0)
  # loglik at fixed rho (profile curve), for checking the Jacobian term
  R[[paste0("diary_rs_profile_",meth)]] <- {rr <- c(.05,.2,.35,.5,.7); list(rho=rr, logLik=sapply(rr, function(r) as.numeric(logLik(lme(ff, random=~1+sleep_w+steps_lag_w|id, correlation=corCAR1(r, form=~day|id, fixed=TRUE), data=d, method=meth, control=lctl)))))}
}
# glmmTMB: ar1(factor(day)+0|id) is AR(1) on the calendar day factor levels (gaps honoured through missing levels) + residual forced to ~0
d$dayf <- factor(d$day, levels=0:59)
for (reml in c(TRUE,FALSE)) {
  t0 <- proc.time()[[3]]
  g <- glmmTMB(pain ~ sleep_w + steps_lag_w + sleep_bc + steps_bc + time30 + weekend + (1+sleep_w+steps_lag_w|id) + ar1(dayf+0|id), dispformula=~0, data=d, REML=reml, control=glmmTMBControl(optCtrl=list(iter.max=2000,eval.max=2000,rel.tol=1e-14)))
  tm[[paste0("glmmTMB_ar1_REML_",reml)]] <- proc.time()[[3]]-t0
  v <- VarCorr(g)$cond
  R[[paste0("diary_glmmTMB_ar1_",if(reml)"REML"else"ML")]] <- list(logLik=as.numeric(logLik(g)), fixef=fixef(g)$cond, vcov=as.matrix(vcov(g)$cond), cov_re=as.matrix(v[[1]])[1:3,1:3], sd_ar1=attr(v[[2]],"stddev")[[1]], rho=attr(v[[2]],"correlation")[1,2], conv=g$fit$convergence)
}
save_ref(R, "nlme.json")
