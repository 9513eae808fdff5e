suppressMessages({library(lme4); library(nlme); library(lmerTest); library(numDeriv)})
ROOT <- ".."  # run the scripts from this folder
num <- function(x) ifelse(is.na(x), "null", ifelse(is.infinite(x), ifelse(x>0,"1e999","-1e999"), formatC(x, digits=17, format="g", width=1)))
js <- function(x) {            # minimal exact JSON writer (17 significant digits)
  if (is.null(x)) return("null")
  if (is.matrix(x)) { r <- apply(x,1,function(v) paste0("[",paste(num(v),collapse=", "),"]"))
     return(paste0("{\"rows\": ", js(if (is.null(rownames(x))) seq_len(nrow(x)) else rownames(x)), ", \"cols\": ", js(if (is.null(colnames(x))) seq_len(ncol(x)) else colnames(x)), ", \"data\": [", paste(r,collapse=", "),"]}")) }
  if (is.data.frame(x)) return(js(as.list(x)))
  if (is.list(x)) { if (is.null(names(x))) return(paste0("[",paste(vapply(x,js,""),collapse=", "),"]"))
     return(paste0("{", paste0("\"",names(x),"\": ",vapply(x,js,""),collapse=",\n "),"}")) }
  q <- function(s) paste0("\"",gsub("\"","\\\\\"",gsub("\\\\","\\\\\\\\",s)),"\"")
  if (is.logical(x)) v <- ifelse(is.na(x),"null",ifelse(x,"true","false"))
  else if (is.numeric(x)) v <- num(x) else v <- q(as.character(x))
  if (!is.null(names(x))) return(paste0("{", paste0(q(names(x)),": ",v,collapse=", "),"}"))
  if (length(v)==1) v else paste0("[",paste(v,collapse=", "),"]")
}
save_ref <- function(x, f) { dir.create(ROOT,FALSE,TRUE); x$session <- list(R=R.version.string, lme4=as.character(packageVersion("lme4")), nlme=as.character(packageVersion("nlme")), lmerTest=as.character(packageVersion("lmerTest"))); writeLines(js(x), file.path(ROOT,f)) }
ctl <- lmerControl(optimizer="bobyqa", optCtrl=list(maxfun=2e5, rhoend=1e-12, rhobeg=0.02), calc.derivs=FALSE)
# an lmer fit, restarted from its optimum with tight tolerances
polished <- function(formula, data, REML) {
  m <- lmerTest::lmer(formula, data=data, REML=REML, control=lmerControl(optimizer="bobyqa", optCtrl=list(maxfun=2e5, rhoend=1e-11)))
  dev <- lme4::lmer(formula, data=data, REML=REML, devFunOnly=TRUE)
  th <- getME(m,"theta"); lo <- getME(m,"lower")
  o <- nlminb(th, dev, lower=lo, control=list(rel.tol=1e-15, x.tol=1e-12, abs.tol=0, eval.max=5000, iter.max=2000))
  if (o$objective > dev(th)+1e-12) return(m)
  lmerTest::lmer(formula, data=data, REML=REML, start=o$par, control=lmerControl(optimizer="bobyqa", optCtrl=list(maxfun=2e5, rhobeg=1e-4, rhoend=1e-13)))
}
# everything about an lmer fit
lmer_ref <- function(formula, data, REML, ddf=TRUE, kr=FALSE) {
  t0 <- proc.time()[[3]]
  m <- polished(formula, data, REML)
  t1 <- proc.time()[[3]]
  vc <- as.data.frame(VarCorr(m)); s <- summary(m, ddf=if (ddf) "Satterthwaite" else "lme4")
  re <- ranef(m, condVar=TRUE); g <- names(re)[1]; pv <- attr(re[[g]],"postVar")
  out <- list(formula=deparse1(formula), REML=REML, nobs=nobs(m), ngroups=unname(ngrps(m)), logLik=as.numeric(logLik(m)), df_model=attr(logLik(m),"df"),
    AIC=AIC(m), BIC=BIC(m), sigma=sigma(m), theta=getME(m,"theta"), coef=as.matrix(coef(s)), vcov=as.matrix(vcov(m)),
    cov_re=as.matrix(VarCorr(m)[[g]]), corr_re=attr(VarCorr(m)[[g]],"correlation"), singular=isSingular(m),
    ranef=as.matrix(re[[g]]), condvar=setNames(lapply(seq_len(dim(pv)[3]), function(k) {x<-pv[,,k,drop=TRUE]; if(!is.matrix(x)) x<-matrix(x,1,1); dimnames(x)<-NULL; x}), rownames(re[[g]])),
    coef_by_group=as.matrix(coef(m)[[g]]), seconds_incl_polish=t1-t0)
  if (kr) { k <- summary(m, ddf="Kenward-Roger"); out$kenward_roger <- as.matrix(coef(k)); out$vcov_kr <- as.matrix(pbkrtest::vcovAdj(m)) }
  list(m=m, out=out)
}
