using System.Reflection;
using NUnit.Framework;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Architecture;

/// <summary>
/// No code of the library, which several threads run at once, lets TorchSharp make a native scalar that nobody holds: see Compute's
/// Scalars. What makes one is asked of TorchSharp's own instructions.
/// </summary>
public sealed class HiddenScalarTests
{
    // It makes both of its scalars itself, and has no overload that takes them.
    private static readonly string[] s_withoutAnother = [nameof(nn.functional.softplus)];

    private static readonly HashSet<MethodBase> s_hiding = Hiding();

    [Test]
    public void SumsAndSquaresHideOneAndDifferencesAndProductsOfTensorsDoNot() => Assert.Multiple(() =>
    {
        Assert.That(s_hiding, Does.Contain(Operator("op_Addition", typeof(Tensor))));
        Assert.That(s_hiding, Does.Contain(Operator("op_Addition", typeof(double))));
        Assert.That(s_hiding, Does.Contain(Operator("op_Multiply", typeof(double))));
        Assert.That(s_hiding, Does.Contain(Method(nameof(Tensor.add), typeof(Tensor))));
        Assert.That(s_hiding, Does.Contain(Method(nameof(Tensor.add_), typeof(Tensor))));
        Assert.That(s_hiding, Does.Contain(Method(nameof(Tensor.add), typeof(Scalar))));
        Assert.That(s_hiding, Does.Contain(Method(nameof(Tensor.square))));
        Assert.That(s_hiding, Does.Not.Contain(Operator("op_Subtraction", typeof(Tensor))));
        Assert.That(s_hiding, Does.Not.Contain(Operator("op_Multiply", typeof(Tensor))));
        Assert.That(s_hiding, Does.Not.Contain(Method(nameof(Tensor.add), typeof(Tensor), typeof(Scalar))));
    });

    [TestCase("Reproduce.Inference")]
    [TestCase("Reproduce.Compute")]
    public void NothingHidesAScalar(string room)
    {
        Type[] types = Assembly.Load(room).GetTypes();
        string[] hidden = [.. from type in types
                              from method in TypeUses.Bodies(type)
                              from call in TypeUses.Calls(method)
                              where (IsConversion(call) || s_hiding.Contains(call)) && !s_withoutAnother.Contains(call.Name)
                              select $"{type.FullName}.{method.Name} calls {call.DeclaringType!.Name}.{call}"];

        Assert.That(types, Has.Length.GreaterThan(10));
        Assert.That(hidden, Is.Empty, "hold the scalar: using Scalar factor = value.ToScalar(), and a.add(b, Scalars.One) for a + b");
    }

    private static MethodInfo Operator(string name, Type right) => typeof(Tensor).GetMethod(name, [typeof(Tensor), right])!;

    private static MethodInfo Method(string name, params Type[] parameters) => typeof(Tensor).GetMethod(name, parameters)!;

    private static bool IsConversion(MethodBase method) => method.DeclaringType == typeof(Scalar) && method.Name == "op_Implicit";

    // A conversion of a number, or a call of what hides one.
    private static HashSet<MethodBase> Hiding()
    {
        Type[] types = [typeof(Tensor), typeof(torch), typeof(nn.functional), typeof(special), typeof(linalg)];
        Dictionary<MethodBase, MethodBase[]> calls =
            types.SelectMany(TypeUses.Bodies).ToDictionary(m => m, m => TypeUses.Calls(m).ToArray());
        HashSet<MethodBase> hiding = [];
        int before;
        do
        {
            before = hiding.Count;
            hiding.UnionWith(calls.Where(c => c.Value.Any(m => IsConversion(m) || hiding.Contains(m))).Select(c => c.Key));
        }
        while (hiding.Count > before);

        return hiding;
    }
}
