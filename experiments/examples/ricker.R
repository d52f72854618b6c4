# A population that grows, crowds itself and is counted by sampling (Ricker's map, after Wood 2010), seen through statistics of 50 counts.
source("reproduce_worker.R")

simulate <- function(theta) {
  n <- 1
  counts <- numeric(100)
  for (t in 1:100) {
    n <- exp(theta["log_growth"] - n + theta["noise"] * rnorm(1)) * n
    counts[t] <- rpois(1, theta["catch"] * n)
  }
  y <- sqrt(counts[51:100])
  c(mean(y), sd(y), mean(y == 0), quantile(y, c(0.1, 0.5, 0.9)), acf(y, 3, plot = FALSE)$acf[2:4])
}

serve(simulate)
