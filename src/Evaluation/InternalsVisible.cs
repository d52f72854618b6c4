using System.Runtime.CompilerServices;

// The tests compare the parts of the training with independent computations; users see only what is scored.
[assembly: InternalsVisibleTo("Reproduce.Tests")]
[assembly: InternalsVisibleTo("Reproduce.Benchmarks")]
