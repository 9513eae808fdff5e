source("reference_output.R"); suppressMessages(library(pbkrtest))
# person-specific effects that are not correlated: lme4's ||, nlme's pdDiag
d <- read.csv(file.path(ROOT,"data/sleepstudy.csv")); d$Subject <- factor(d$Subject); R <- list()
f <- Reaction ~ Days + (1|Subject) + (0+Days|Subject)
variances <- function(m) unlist(lapply(VarCorr(m), function(v) v[1,1]), use.names=FALSE)
lmer_diag <- function(REML) {
  m <- polished(f, d, REML)
  out <- list(formula=deparse1(f), logLik=as.numeric(logLik(m)), sigma=sigma(m), variances=variances(m), coef=as.matrix(coef(summary(m))))
  if (REML) out$kenward_roger <- as.matrix(coef(summary(m, ddf="Kenward-Roger")))
  out
}
R$lme4_REML <- lmer_diag(TRUE); R$lme4_ML <- lmer_diag(FALSE)
# the slope's variance alone: half the time zero, half of it chi-squared with one degree of freedom
lr <- 2*(R$lme4_REML$logLik - as.numeric(logLik(polished(Reaction ~ Days + (1|Subject), d, TRUE))))
R$lrt_slope <- list(statistic=lr, p=.5*pchisq(lr, 1, lower=FALSE), sd=sqrt(R$lme4_REML$variances[2]))
ctl <- lmeControl(maxIter=500, msMaxIter=500, niterEM=50, tolerance=1e-10, msTol=1e-12, opt="nlminb", returnObject=TRUE)
for (method in c("REML","ML")) {
  m <- lme(Reaction ~ Days, random=list(Subject=pdDiag(~Days)), correlation=corCAR1(form=~Days|Subject), data=d, method=method, control=ctl)
  R[[paste0("nlme_car1_",method)]] <- list(logLik=as.numeric(logLik(m)), sigma=m$sigma, variances=diag(as.matrix(pdMatrix(m$modelStruct$reStruct)[[1]]))*m$sigma^2,
    rho=unname(coef(m$modelStruct$corStruct, unconstrained=FALSE)), coef=as.matrix(summary(m)$tTable))
}
save_ref(R, "uncorrelated.json")
