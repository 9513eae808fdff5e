source("reference_output.R"); suppressMessages({library(pbkrtest)})
d <- read.csv(file.path(ROOT,"data/small12x40.csv")); d$id <- factor(d$id); R <- list()
f <- pain ~ sleep_w + steps_lag_w + sleep_bc + steps_bc + time30 + weekend + (1+sleep_w|id)
f2 <- pain ~ sleep_w + steps_lag_w + sleep_bc + steps_bc + time30 + weekend + (1+sleep_w+steps_lag_w|id)
R$rs_sleep_REML <- lmer_ref(f,d,TRUE,kr=TRUE)$out; R$rs2_REML <- lmer_ref(f2,d,TRUE,kr=TRUE)$out
R$rs_sleep_ML <- lmer_ref(f,d,FALSE)$out; R$rs2_ML <- lmer_ref(f2,d,FALSE)$out
save_ref(R, "small_kr.json")
