using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors.Images;

/// <summary>
/// Images as vector code has them: 32 at a time, the images last, [panels, C, H, W, 32]. What fills the last panel up are zeros.
/// </summary>
internal static class ImagePanels
{
    private const int Width = Panels.Width;

    // Fewer images than half a panel are left to libtorch: the rest of the panel would cost more than vector code gains.
    private const int FewestImages = Width / 2;

    /// <summary>Whether vector code can take a batch, and is faster.</summary>
    /// <param name="rows">[N, ...].</param>
    /// <param name="weight">Any of the weights.</param>
    /// <param name="pass">The pass.</param>
    internal static bool Accept(Tensor rows, Tensor weight, ForwardPass pass) =>
        rows.shape[0] >= FewestImages && VectorPass.Accepts(rows, weight, pass);

    /// <summary>Makes something of a batch, in two parts where few images are left beside whole panels.</summary>
    /// <param name="rows">N.</param>
    /// <param name="part">Makes the rows from the first on, as many as the second number says.</param>
    /// <returns>[N, ...].</returns>
    internal static Tensor InParts(long rows, Func<long, long, Tensor> part)
    {
        long rest = rows % Width;
        return rows < Width || rest is 0 or >= FewestImages
            ? part(0, rows)
            : cat([part(0, rows - rest), part(rows - rest, rest)], 0);
    }

    /// <summary>Whether images are in panels, not [N, C, H, W].</summary>
    /// <param name="images">Images.</param>
    internal static bool Hold(Tensor images) => images.dim() == 5;

    /// <summary>Puts images into panels.</summary>
    /// <param name="images">[N, C, H, W].</param>
    /// <returns>[panels, C, H, W, 32].</returns>
    internal static Tensor Load(Tensor images)
    {
        long[] shape = images.shape;
        return Filled(images).view(-1, Width, shape[1], shape[2], shape[3]).permute(0, 2, 3, 4, 1).contiguous();
    }

    /// <summary>Takes images out of panels.</summary>
    /// <param name="panels">[panels, C, H, W, 32].</param>
    /// <param name="count">N.</param>
    /// <returns>[N, C, H, W].</returns>
    internal static Tensor Store(Tensor panels, long count) => panels.permute(0, 4, 1, 2, 3).flatten(0, 1).narrow(0, 0, count);

    /// <summary>Numbers of every image.</summary>
    /// <param name="rows">[N, C].</param>
    /// <returns>[panels, C, 32].</returns>
    internal static Tensor LoadRows(Tensor rows) => Filled(rows).view(-1, Width, rows.shape[1]).transpose(1, 2);

    /// <summary>
    /// A scope for what is left over of a step with images, or null where the gradients' pass comes back to it: vector code keeps the
    /// tensors that it read, not copies.
    /// </summary>
    /// <param name="images">Images.</param>
    internal static DisposeScope? ScopeOf(Tensor images) => Hold(images) && is_grad_enabled() ? null : NewDisposeScope();

    private static Tensor Filled(Tensor rows)
    {
        long missing = Panels.RoundUp((int)rows.shape[0]) - rows.shape[0];
        return missing == 0 ? rows : cat([rows, rows.new_zeros([missing, .. rows.shape[1..]])], 0);
    }
}
