# Independent brute-force reference: dense V_i, REML/ML with CAR(1) + random slopes, Satterthwaite df by numDeriv (natural variance scale)
source("reference_output.R")
run <- function(file, re, cols, method) {
  d <- read.csv(file.path(ROOT,"data",file)); d <- d[order(d$id,d$day),]; X <- cbind(1,as.matrix(d[,cols])); colnames(X)[1] <- "(Intercept)"; Z <- X[,c(1,match(re,cols)+1),drop=FALSE]; y <- d$pain; n <- nrow(d); p <- ncol(X); q <- ncol(Z)
  idx <- split(seq_len(n), d$id); Dt <- lapply(idx, function(k) abs(outer(d$day[k],d$day[k],"-")))
  il <- which(lower.tri(diag(q),TRUE), arr.ind=TRUE)
  parts <- function(v) { D <- matrix(0,q,q); D[il] <- v[seq_len(nrow(il))]; D <- D+t(D)-diag(diag(D),q); rho <- v[nrow(il)+1]; s2 <- v[nrow(il)+2]
    XVX <- matrix(0,p,p); XVy <- numeric(p); yVy <- 0; ld <- 0
    for (g in seq_along(idx)) { k <- idx[[g]]; V <- s2*rho^Dt[[g]] + Z[k,,drop=FALSE]%*%D%*%t(Z[k,,drop=FALSE]); R <- tryCatch(chol(V), error=function(e) NULL); if (is.null(R)) return(NULL)
      a <- backsolve(R, cbind(X[k,,drop=FALSE],y[k]), transpose=TRUE); ld <- ld+2*sum(log(diag(R))); XVX <- XVX+crossprod(a[,1:p]); XVy <- XVy+crossprod(a[,1:p],a[,p+1]); yVy <- yVy+sum(a[,p+1]^2) }
    b <- solve(XVX,XVy); list(XVX=XVX,b=drop(b),r2=yVy-sum(b*XVy),ld=ld) }
  dev <- function(v) { k <- parts(v); if (is.null(k)) return(1e10); k$ld + k$r2 + if (method=="REML") as.numeric(determinant(k$XVX)$modulus)+(n-p)*log(2*pi) else n*log(2*pi) }
  m <- lme(as.formula(paste("pain ~",paste(cols,collapse="+"))), random=as.formula(paste("~1+",paste(re,collapse="+"),"|id")), correlation=corCAR1(form=~day|id), data=d, method=method, control=lmeControl(maxIter=500,msMaxIter=500,opt="nlminb",returnObject=TRUE))
  G <- as.matrix(pdMatrix(m$modelStruct$reStruct)[[1]])*m$sigma^2; v0 <- c(G[il], coef(m$modelStruct$corStruct,unconstrained=FALSE), m$sigma^2)
  cat("start ll", -dev(v0)/2, "nlme", as.numeric(logLik(m)), "\n")
  sc <- c(pmax(abs(v0),1e-3)); o <- nlminb(v0, dev, scale=1/sc, control=list(rel.tol=1e-15,x.tol=1e-10,eval.max=3000,iter.max=1000)); v <- o$par
  # Newton polish with numDeriv
  for (it in 1:2) { g <- grad(dev,v,method.args=list(eps=1e-4*1,d=1e-3)); H <- hessian(dev,v,method.args=list(d=1e-2)); s <- tryCatch(-solve(H,g),error=function(e)0*v); if (dev(v+s)<=dev(v)+1e-10) v <- v+s }
  H <- hessian(dev,v,method.args=list(d=1e-2)); A <- 2*solve(H); k <- parts(v); Vb <- solve(k$XVX)
  J <- jacobian(function(v) as.vector(solve(parts(v)$XVX)), v, method.args=list(d=1e-2))
  df <- sapply(seq_len(p), function(i) { g <- J[(i-1)*p+i,]; 2*Vb[i,i]^2/drop(t(g)%*%A%*%g) })
  D <- matrix(0,q,q); D[il] <- v[seq_len(nrow(il))]; D <- D+t(D)-diag(diag(D),q)
  # BLUP, conditional variance, Henderson variance of person coefficients
  bl <- t(sapply(names(idx), function(g) { kk <- idx[[g]]; C <- v[length(v)]*v[length(v)-1]^Dt[[g]]; V <- C+Z[kk,,drop=FALSE]%*%D%*%t(Z[kk,,drop=FALSE]); as.vector(D%*%t(Z[kk,,drop=FALSE])%*%solve(V,y[kk]-X[kk,,drop=FALSE]%*%k$b)) }))
  pv <- t(sapply(names(idx), function(g) { kk <- idx[[g]]; Zk <- Z[kk,,drop=FALSE]; C <- v[length(v)]*v[length(v)-1]^Dt[[g]]; V <- C+Zk%*%D%*%t(Zk); DZ <- D%*%t(Zk); cv <- D-DZ%*%solve(V,t(DZ)); E <- diag(p)[c(1,match(re,cols)+1),,drop=FALSE]; Hh <- E-DZ%*%solve(V,X[kk,,drop=FALSE]); c(diag(cv), diag(cv+Hh%*%Vb%*%t(Hh))) }))
  colnames(pv) <- c(paste0("condvar_",colnames(Z)), paste0("personvar_",colnames(Z)))
  list(file=file,method=method,n=n,logLik=-dev(v)/2,grad_max=max(abs(grad(dev,v))),cov_re=D,rho=v[nrow(il)+1],sigma2=v[nrow(il)+2],beta=setNames(k$b,colnames(X)),se=sqrt(diag(Vb)),vcov=Vb,satterthwaite_df=df,hessian_deviance=H,vcov_varpar=A,ranef=bl,person_var=pv)
}
cols <- c("sleep_w","steps_lag_w","sleep_bc","steps_bc","time30","weekend"); R <- list()
for (mth in c("REML","ML")) { R[[paste0("diary30x60_",mth)]] <- run("diary30x60.csv", c("sleep_w","steps_lag_w"), cols, mth); print(R[[paste0("diary30x60_",mth)]][c("logLik","grad_max","rho","satterthwaite_df")]) 
  R[[paste0("diary30x60_sleep_",mth)]] <- run("diary30x60.csv", c("sleep_w"), cols, mth); print(R[[paste0("diary30x60_sleep_",mth)]][c("logLik","grad_max","rho","satterthwaite_df")]) }
save_ref(R,"car1_dense.json")
