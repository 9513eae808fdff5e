source("reference_output.R")
d <- read.csv(file.path(ROOT,"data/cohort200x90.csv.gz")); d$id <- factor(d$id); R <- list()
tic <- function(e) { t <- system.time(v <- e); list(v=v, user=unname(t[1]+t[2]), wall=unname(t[3])) }
ff3 <- pain ~ sleep_w + steps_lag_w + sleep_bc + steps_bc + time30 + weekend + (1+sleep_w+steps_lag_w|id)
ff4 <- pain ~ sleep_w + steps_lag_w + sleep_bc + steps_bc + time30 + weekend + (1+sleep_w+steps_lag_w+time30|id)
for (reml in c(TRUE,FALSE)) { s <- if (reml) "REML" else "ML"
  a <- tic(lmer_ref(ff3,d,reml)); R[[paste0("re3_iid_",s)]] <- a$v$out
  a <- tic(lmer_ref(ff4,d,reml)); R[[paste0("re4_iid_",s)]] <- a$v$out
  cat(s,"lmer done\n"); print(a$v$out$coef)
}
save_ref(R,"cohort_lme4.json")
