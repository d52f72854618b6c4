using TorchSharp;

namespace Reproduce.Evaluation;

/// <summary>
/// Numbers that are handed to native code, kept alive for it.
/// </summary>
/// <remarks>
/// In <c>t.mul_(2)</c> TorchSharp makes a native scalar whose only reference dies when its address has been read; a garbage
/// collection on another thread (the background one too) may then free it while libtorch is reading it: "Expected false to be true"
/// from toFloat, or a wrong number. Constants therefore live here; numbers that change are held by a <c>using</c> around the call.
/// </remarks>
internal static class Scalars
{
    internal static readonly Scalar Zero = 0f.ToScalar(), Half = 0.5f.ToScalar(), One = 1f.ToScalar(), Two = 2f.ToScalar();
}
