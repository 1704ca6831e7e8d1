package dev.runyard.vision.convert;

import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.convert.PickleValue.Attributes;
import dev.runyard.vision.convert.PickleValue.Opaque;
import dev.runyard.vision.convert.PickleValue.Plain;
import dev.runyard.vision.convert.PickleValue.Sequence;
import dev.runyard.vision.convert.PickleValue.Storage;
import dev.runyard.vision.convert.PickleValue.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A name of which a pickle may make something: what it makes is data. Of every other name nothing is ever made. A TorchScript class is a name too, and its object the dictionary of its attributes.
 *
 * @param kind what a call or an object of it becomes
 * @param type of a storage; null for others
 */
record Allowed(Kind kind, @Nullable ElementType type) {
    enum Kind {
        ORDERED_DICT,
        TENSOR,
        PARAMETER,
        STORAGE,
        /** The argument itself: typed lists of TorchScript, and sizes. */
        SAME,
        /** Attributes and nothing else. */
        DATA
    }

    private static final Map<String, Kind> NAMES = Map.ofEntries(
            Map.entry("collections.OrderedDict", Kind.ORDERED_DICT),
            Map.entry("torch._utils._rebuild_tensor", Kind.TENSOR),
            Map.entry("torch._utils._rebuild_tensor_v2", Kind.TENSOR),
            Map.entry("torch._utils._rebuild_parameter", Kind.PARAMETER),
            Map.entry("torch._utils._rebuild_parameter_with_state", Kind.PARAMETER),
            Map.entry("torch.Size", Kind.SAME),
            Map.entry("torch.device", Kind.SAME),
            Map.entry("torch.jit._pickle.build_intlist", Kind.SAME),
            Map.entry("torch.jit._pickle.build_doublelist", Kind.SAME),
            Map.entry("torch.jit._pickle.build_boollist", Kind.SAME),
            Map.entry("torch.jit._pickle.build_tensorlist", Kind.SAME),
            Map.entry("torch.jit._pickle.restore_type_tag", Kind.SAME),
            Map.entry("argparse.Namespace", Kind.DATA),
            Map.entry("pytorch_lightning.utilities.parsing.AttributeDict", Kind.DATA),
            Map.entry("lightning.pytorch.utilities.parsing.AttributeDict", Kind.DATA),
            Map.entry("lightning_fabric.utilities.data.AttributeDict", Kind.DATA),
            Map.entry("lightning.fabric.utilities.data.AttributeDict", Kind.DATA));

    /** PyTorch's number types, which a checkpoint's settings may mention. */
    private static final Set<String> NUMBER_TYPES =
            Set.of("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool");

    /** What names of Python and NumPy stand for that checkpoints keep among their tensors, and that are no tensors. */
    private static final Set<String> NO_TENSORS = Set.of(
            "numpy.core.multiarray.scalar",
            "numpy._core.multiarray.scalar",
            "numpy.dtype",
            "datetime.datetime",
            "datetime.date",
            "datetime.timedelta",
            "pathlib.PosixPath",
            "pathlib.WindowsPath",
            "pathlib.PurePosixPath",
            "pathlib.PureWindowsPath",
            "pathlib._local.PosixPath",
            "pathlib._local.WindowsPath",
            "collections.defaultdict",
            "collections.Counter",
            "collections.deque",
            "__builtin__.set",
            "builtins.set",
            "uuid.UUID",
            "decimal.Decimal");

    /** Whether what has this name may be left out of a model. */
    static boolean noTensor(String whole) {
        return NO_TENSORS.contains(whole);
    }

    /** Empty when the name is not on the list. */
    static Optional<Allowed> find(String module, String name) {
        String whole = module + "." + name;
        Kind kind = NAMES.get(whole);
        if (kind != null) {
            return Optional.of(new Allowed(kind, null));
        }
        if (module.equals("torch")) {
            ElementType type = ElementType.ofStorage(name);
            if (type != null) {
                return Optional.of(new Allowed(Kind.STORAGE, type));
            }
        }
        if (module.equals("torch") && NUMBER_TYPES.contains(name)) {
            return Optional.of(new Allowed(Kind.DATA, null));
        }
        if (module.equals("__torch__") || module.startsWith("__torch__.")) {
            return Optional.of(new Allowed(Kind.DATA, null));
        }
        return Optional.empty();
    }

    /** What a call of the name makes. */
    PickleValue call(String file, List<PickleValue> arguments) throws WeightsException {
        return switch (kind) {
            case ORDERED_DICT -> {
                Map<String, PickleValue> entries = new LinkedHashMap<>();
                // Python 2 gave it a list of pairs.
                for (PickleValue pair : arguments.isEmpty() ? List.<PickleValue>of() : items(file, arguments.get(0))) {
                    List<PickleValue> both = items(file, pair);
                    if (both.size() != 2 || !(both.get(0) instanceof Plain key)) {
                        throw damaged(file, "an ordered dictionary is made of what is no pair");
                    }
                    entries.put(String.valueOf(key.value()), both.get(1));
                }
                yield new Attributes(entries);
            }
            case DATA -> new Attributes(new LinkedHashMap<>());
            case SAME -> argument(file, arguments, 0);
            case PARAMETER -> {
                PickleValue of = argument(file, arguments, 0);
                if (of instanceof Tensor || of instanceof Opaque) {
                    yield of;
                }
                throw damaged(file, "a parameter is not a tensor");
            }
            case TENSOR -> argument(file, arguments, 0) instanceof Opaque other ? other : tensor(file, arguments);
            case STORAGE -> throw damaged(file, "a storage is called");
        };
    }

    private static PickleValue argument(String file, List<PickleValue> arguments, int index) throws WeightsException {
        if (index >= arguments.size()) {
            throw damaged(file, "a call has " + arguments.size() + " arguments");
        }
        return arguments.get(index);
    }

    private static List<PickleValue> items(String file, PickleValue value) throws WeightsException {
        if (value instanceof Sequence sequence) {
            return sequence.items();
        }
        throw damaged(file, "an ordered dictionary is made of what is no list");
    }

    private static Tensor tensor(String file, List<PickleValue> arguments) throws WeightsException {
        if (!(argument(file, arguments, 0) instanceof Storage storage)) {
            throw damaged(file, "a tensor has no storage");
        }
        long offset = whole(file, argument(file, arguments, 1));
        long[] shape = wholes(file, argument(file, arguments, 2));
        long[] stride = wholes(file, argument(file, arguments, 3));
        if (shape.length != stride.length || shape.length > 16) {
            throw damaged(file, "a tensor has " + shape.length + " axes and " + stride.length + " strides");
        }
        try {
            long last = offset;
            boolean empty = false;
            for (int i = 0; i < shape.length; i++) {
                if (shape[i] < 0 || stride[i] < 0) {
                    throw damaged(file, "a tensor has a negative size or stride");
                }
                empty |= shape[i] == 0;
                last = Math.addExact(last, Math.multiplyExact(Math.max(0, shape[i] - 1), stride[i]));
            }
            Tensor tensor = new Tensor(storage, offset, shape, stride);
            if (offset < 0 || (!empty && last >= storage.count()) || tensor.elements() > Integer.MAX_VALUE - 8) {
                throw damaged(file, "a tensor reaches beyond its storage of " + storage.count() + " numbers");
            }
            return tensor;
        } catch (ArithmeticException e) {
            throw damaged(file, "a tensor's size has no 64 bits");
        }
    }

    private static long[] wholes(String file, PickleValue value) throws WeightsException {
        if (!(value instanceof Sequence sequence) || sequence.items().size() > 16) {
            throw damaged(file, "a size is not a short tuple");
        }
        List<Long> out = new ArrayList<>();
        for (PickleValue item : sequence.items()) {
            out.add(whole(file, item));
        }
        return out.stream().mapToLong(Long::longValue).toArray();
    }

    static long whole(String file, PickleValue value) throws WeightsException {
        if (value instanceof Plain plain && plain.value() instanceof Long number) {
            return number;
        }
        throw damaged(file, "a size is not a whole number");
    }

    static WeightsException damaged(String file, String why) {
        return new WeightsException(file + ": is damaged: " + why);
    }
}
