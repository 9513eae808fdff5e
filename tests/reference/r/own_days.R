source("reference_output.R"); R <- list()
# One person: REML GLS with CAR(1) + intervention phase on single series with gaps
d <- read.csv(file.path(ROOT,"data/diary30x60.csv")); one <- function(k, f, nm) { x <- d[d$id==k,]; x$phase <- as.numeric(x$day>=30); x$tsince <- pmax(0,x$day-30)
  g <- gls(f, data=x, correlation=corCAR1(0.2,form=~day), method="REML", control=glsControl(tolerance=1e-12,msTol=1e-14,opt="nlminb")); o <- lm(f,x)
  list(id=k, formula=deparse1(f), n=nrow(x), logLik=as.numeric(logLik(g)), coef=coef(g), vcov=as.matrix(vcov(g)), sigma=g$sigma, rho=unname(coef(g$modelStruct$corStruct,unconstrained=FALSE)), ols_coef=coef(o), ols_vcov=as.matrix(vcov(o)), logLik_ols_REML=as.numeric(logLik(o,REML=TRUE))) }
for (k in c(1,2,3,5,8)) { R[[paste0("nof1_phase_",k)]] <- one(k, pain ~ phase, "p"); R[[paste0("nof1_full_",k)]] <- one(k, pain ~ phase + time30 + sleep_w + steps_lag_w, "f") }
save_ref(R, "own_days.json")
