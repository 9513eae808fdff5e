source("reference_output.R")
d <- read.csv(file.path(ROOT,"data/sleepstudy.csv")); d$Subject <- factor(d$Subject)
R <- list()
a <- lmer_ref(Reaction ~ Days + (Days|Subject), d, TRUE, kr=TRUE); R$reml_slope <- a$out; m <- a$m
b <- lmer_ref(Reaction ~ Days + (Days|Subject), d, FALSE); R$ml_slope <- b$out
i <- lmer_ref(Reaction ~ Days + (1|Subject), d, TRUE, kr=TRUE); R$reml_intercept <- i$out
im <- lmer_ref(Reaction ~ Days + (1|Subject), d, FALSE); R$ml_intercept <- im$out
# LRT of slope variance+cov, REML & ML, with the 50:50 chi-bar-square mixture of chi2_1 and chi2_2
lr <- 2*(R$reml_slope$logLik-R$reml_intercept$logLik); lm_ <- 2*(R$ml_slope$logLik-R$ml_intercept$logLik)
mix <- function(x,q) .5*pchisq(x,q,lower=FALSE)+.5*pchisq(x,q+1,lower=FALSE)
R$lrt_slope <- list(stat_reml=lr, p_naive_chi2_2_reml=pchisq(lr,2,lower=FALSE), p_mixture_reml=mix(lr,1), stat_ml=lm_, p_mixture_ml=mix(lm_,1))
# contrast with Satterthwaite df: intercept + 5*Days
R$contrast_1_5 <- as.matrix(lmerTest::contest1D(m, c(1,5)))
# profile CI
pr <- profile(lme4::lmer(Reaction ~ Days + (Days|Subject), d, REML=FALSE), signames=FALSE); R$profile_ci_ml <- as.matrix(confint(pr)); R$wald_ci <- as.matrix(confint(m, method="Wald", parm="beta_"))
# Henderson mixed-model equations: correct variance of (beta_k + b_ik) - truth   [conditional on variance parameters]
X <- getME(m,"X"); Z <- as.matrix(getME(m,"Z")); s2 <- sigma(m)^2; G <- as.matrix(VarCorr(m)$Subject); n <- nlevels(d$Subject)
Gi <- kronecker(diag(n), solve(G)); C <- rbind(cbind(crossprod(X)/s2, crossprod(X,Z)/s2), cbind(crossprod(Z,X)/s2, crossprod(Z)/s2+Gi)); Ci <- solve(C)
sl <- t(sapply(seq_len(n), function(k) { l1 <- numeric(ncol(C)); l1[1] <- 1; l1[2+2*k-1] <- 1; l2 <- numeric(ncol(C)); l2[2] <- 1; l2[2+2*k] <- 1; c(v_int=drop(t(l1)%*%Ci%*%l1), cov=drop(t(l1)%*%Ci%*%l2), v_slope=drop(t(l2)%*%Ci%*%l2)) })); rownames(sl) <- levels(d$Subject)
R$henderson_var_person_coef <- sl
save_ref(R, "sleepstudy.json")
