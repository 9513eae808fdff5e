# nlme corExp(nugget = TRUE), glmmTMB ou + residual, gls for one person, on data/white_*.csv. Usage: Rscript white_noise.R (in this folder)
suppressMessages({library(nlme); library(glmmTMB); library(jsonlite)})
res <- list()
for (n in c("cohort25x60","few12x60")) {
  d <- read.csv(file.path("../data", paste0("white_", n, ".csv"))); d$id <- factor(d$id)
  f <- pain ~ sleep + steps + sleep_b + weekend + time
  m <- tryCatch(lme(f, random = ~ sleep + steps | id, data = d, method = "REML", correlation = corExp(c(5, .5), form = ~ day | id, nugget = TRUE),
       control = lmeControl(opt = "nlminb", maxIter = 300, msMaxIter = 500, msTol = 1e-10, tolerance = 1e-9, niterEM = 50)), error = function(e) e)
  if (inherits(m, "error")) r <- list(failed = conditionMessage(m)) else { cs <- coef(m$modelStruct$corStruct, unconstrained = FALSE)
    r <- list(logLik = as.numeric(logLik(m)), rho = exp(-1/cs[["range"]]), nugget = cs[["nugget"]], sigma2 = m$sigma^2, b = unname(fixef(m)), se = unname(sqrt(diag(vcov(m)))), G = matrix(as.numeric(getVarCov(m)), 3)) }
  res[[paste0(n, "_nlme_corExp_nugget")]] <- r
  d$tf <- numFactor(d$day)
  m <- glmmTMB(pain ~ sleep + steps + sleep_b + weekend + time + (1 + sleep + steps | id) + ou(tf + 0 | id), data = d, REML = TRUE)
  vc <- VarCorr(m)$cond; ou <- vc[[2]]; s2 <- sigma(m)^2; sa <- attr(ou, "stddev")[1]^2; C <- attr(ou, "correlation"); lv <- parseNumLevels(colnames(ou)); dd <- lv[2,1] - lv[1,1]
  res[[paste0(n, "_glmmTMB_ou")]] <- list(objective = -m$fit$objective, logLik = as.numeric(logLik(m)), rho = unname(C[1,2]^(1/dd)), nugget = unname(s2/(s2+sa)), sigma2 = unname(s2+sa), b = unname(fixef(m)$cond), se = unname(sqrt(diag(vcov(m)$cond))), convergence = m$fit$convergence, pdHess = m$sdr$pdHess)
}
for (n in c("one120","one_car120")) {
  d <- read.csv(file.path("../data", paste0("white_", n, ".csv")))
  m <- gls(pain ~ sleep + steps + weekend + time, data = d, method = "REML", correlation = corExp(c(5, .3), form = ~ day, nugget = TRUE), control = glsControl(maxIter = 500, msMaxIter = 500, tolerance = 1e-9, msTol = 1e-10))
  cs <- coef(m$modelStruct$corStruct, unconstrained = FALSE)
  res[[paste0(n, "_gls_corExp_nugget")]] <- list(logLik = as.numeric(logLik(m)), rho = exp(-1/cs[["range"]]), nugget = cs[["nugget"]], sigma2 = m$sigma^2, b = unname(coef(m)), se = unname(sqrt(diag(vcov(m)))))
}
res$versions <- list(R = R.version.string, nlme = as.character(packageVersion("nlme")), glmmTMB = as.character(packageVersion("glmmTMB")))
write_json(res, "../white_r.json", auto_unbox = TRUE, digits = 14, pretty = TRUE)
for (n in setdiff(names(res), "versions")) { r <- res[[n]]; cat(n, if (!is.null(r$failed)) r$failed else sprintf("ll %.7f rho %.6f nugget %.6f", if (is.null(r$objective)) r$logLik else r$objective, r$rho, r$nugget), "\n") }
