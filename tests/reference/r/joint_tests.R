source("reference_output.R"); suppressMessages(library(pbkrtest))
# one F test of two slopes: lmerTest's, with Satterthwaite's and with Kenward and Roger's degrees of freedom
d <- read.csv(file.path(ROOT,"data/small12x40.csv")); d$id <- factor(d$id)
m <- polished(pain ~ sleep_w + steps_lag_w + sleep_bc + steps_bc + time30 + weekend + (1+sleep_w|id), d, TRUE)
L <- diag(7)[2:3,]
save_ref(list(Satterthwaite=as.matrix(contestMD(m, L, ddf="Satterthwaite")), `Kenward-Roger`=as.matrix(contestMD(m, L, ddf="Kenward-Roger"))), "joint_tests.json")
