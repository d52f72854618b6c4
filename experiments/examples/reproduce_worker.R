# Lets the program run a simulator of yours: source this file and call serve(simulate). README.md beside it has the protocol.
# simulate(theta) gives a vector, or a list of named ones, for a named vector theta; it draws with R's own generators, which are seeded.
# log_likelihood(theta, x) gives a number for a list of the observation's named vectors; statistics(x) a vector, or a list of named ones,
# for a simulation. An array of more axes comes as one vector, row by row. An array that the settings name in 'sets' may have another number
# of rows in every simulation. Needs base R alone.

serve <- function(simulate, log_likelihood = NULL, statistics = NULL) {
  sink(stderr())  # what the simulator prints goes to standard error, and is no answer
  offers <- c(if (!is.null(log_likelihood)) '"log-likelihood"', if (!is.null(statistics)) '"statistics"')
  input <- file("stdin", "r")
  names <- NULL
  sets <- NULL
  while (length(line <- readLines(input, n = 1)) > 0) {
    id <- field(line, "id")
    extra <- tryCatch({
      if (field(line, "verb") == "hello") {
        names <- strsplit(gsub('[]["]', "", regmatches(line, regexpr('\\[[^]]*\\]', line))), ", *")[[1]]
        sets <- read_sets(line)
        sprintf(', "offers": [%s]', paste(offers, collapse = ", "))
      } else {
        set.seed(as.numeric(field(line, "seed")) %% 2147483647)
        given <- read_arrays(field(line, "input"))
        switch(field(line, "verb"),
          "log-likelihood" = {
            x <- lapply(given[base::names(given) != "theta"], function(a) a[1, ])
            run(function(theta) list(log_likelihood = log_likelihood(theta, x)), rows_of(given$theta, names), field(line, "folder"))
          },
          "statistics" = {
            rows <- lapply(seq_len(nrow(given[[1]])), function(i) lapply(given, function(a) a[i, ]))
            run(statistics, rows, field(line, "folder"))
          },
          run(simulate, rows_of(given$theta, names), field(line, "folder"), sets))
      }
    }, error = function(e) sprintf(', "error": "%s"', plain(e)))
    sink()
    cat(sprintf('{"id": %s%s}\n', id, extra))
    flush(stdout())
    sink(stderr())
  }
}

# Every row by itself; one that stops is named and the others are kept.
run <- function(compute, given, folder, sets = NULL) {
  failed <- character(0)
  rows <- lapply(seq_along(given), function(i) tryCatch({
    x <- compute(given[[i]])
    with_sets(if (is.list(x)) x else list(x = x), sets)
  }, error = function(e) {
    failed <<- c(failed, sprintf('{"row": %d, "reason": "%s"}', i - 1, plain(e)))
    NULL
  }))
  good <- Filter(Negate(is.null), rows)
  if (length(good) == 0) stop(failed[1])
  for (name in base::names(good[[1]])) {
    nothing <- rep(NA_real_, length(good[[1]][[name]]))
    all <- do.call(rbind, lapply(rows, function(row) if (is.null(row)) nothing else as.numeric(row[[name]])))
    if (!is.null(dim(good[[1]][[name]]))) dim(all) <- c(nrow(all), dim(good[[1]][[name]]))
    write_npy(file.path(folder, paste0(name, ".npy")), all)
  }
  sprintf(', "failed": [%s]', paste(failed, collapse = ", "))
}

# Rows of zeros up to the most that a set may have, and its length beside it.
with_sets <- function(x, sets) {
  for (name in base::names(sets)) {
    members <- as.matrix(x[[name]])
    if (nrow(members) > sets[[name]]) stop(sprintf("%s has %d members, more than %d", name, nrow(members), sets[[name]]))
    x[[name]] <- rbind(members, matrix(0, sets[[name]] - nrow(members), ncol(members)))
    x[[paste0(name, "_length")]] <- nrow(members)
  }
  x
}

read_sets <- function(line) {
  text <- sub('"sets": *', "", regmatches(line, regexpr('"sets": *\\{[^}]*\\}', line)))
  pairs <- regmatches(text, gregexpr('"[^"]*": *[0-9]+', text))
  sets <- list()
  for (pair in unlist(pairs)) sets[[sub('"([^"]*)".*', "\\1", pair)]] <- as.integer(sub(".*: *", "", pair))
  sets
}

plain <- function(e) gsub('[^A-Za-z0-9 .,:;()+*/=<>_-]', "'", if (inherits(e, "condition")) conditionMessage(e) else e)

field <- function(line, name) {
  value <- sub(sprintf('.*"%s": *("(([^"\\\\]|\\\\.)*)"|[0-9]+).*', name), "\\1", line)
  gsub("\\\\\\\\", "\\\\", gsub('^"|"$', "", value))
}

rows_of <- function(theta, names) lapply(seq_len(nrow(theta)), function(i) setNames(theta[i, ], names))

# A .npz file is a zip archive of .npy files; those in it are of float64, row by row. Axes after the first become one.
read_arrays <- function(archive) {
  files <- unzip(archive, exdir = tempfile("input"))
  on.exit(unlink(dirname(files[1]), recursive = TRUE))
  setNames(lapply(files, read_npy), sub("[.]npy$", "", basename(files)))
}

read_npy <- function(path) {
  con <- file(path, "rb")
  on.exit(close(con))
  readBin(con, "raw", 8)
  header <- rawToChar(readBin(con, "raw", readBin(con, "integer", 1, size = 2, signed = FALSE, endian = "little")))
  shape <- as.numeric(regmatches(sub(".*shape", "", header), gregexpr("[0-9]+", sub(".*shape", "", header)))[[1]])
  matrix(readBin(con, "double", prod(shape), endian = "little"), nrow = shape[1], byrow = TRUE)
}

# R keeps a matrix column by column, which .npy files call the order of Fortran.
write_npy <- function(path, x) {
  header <- sprintf("{'descr': '<f8', 'fortran_order': True, 'shape': (%s), }", paste(dim(x), collapse = ", "))
  header <- paste0(header, strrep(" ", 63 - (10 + nchar(header)) %% 64), "\n")
  con <- file(path, "wb")
  on.exit(close(con))
  writeBin(as.raw(c(0x93, utf8ToInt("NUMPY"), 1, 0)), con)
  writeBin(nchar(header), con, size = 2, endian = "little")
  writeChar(header, con, eos = NULL)
  writeBin(as.numeric(x), con, endian = "little")
}
