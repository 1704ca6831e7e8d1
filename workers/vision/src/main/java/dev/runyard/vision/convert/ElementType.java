package dev.runyard.vision.convert;

import dev.runyard.vision.tensor.DType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Number types of PyTorch's storages, and the safetensors type that has the same bytes. */
enum ElementType {
    DOUBLE(DType.F64),
    FLOAT(DType.F32),
    HALF(DType.F16),
    BFLOAT16(DType.BF16),
    LONG(DType.I64),
    INT(DType.I32),
    SHORT(DType.I16),
    CHAR(DType.I8),
    BYTE(DType.U8),
    BOOL(DType.BOOL);

    private final DType dtype;

    ElementType(DType dtype) {
        this.dtype = dtype;
    }

    DType dtype() {
        return dtype;
    }

    /** The type of {@code torch.FloatStorage} and its like; null for other names. */
    static @Nullable ElementType ofStorage(String name) {
        for (ElementType type : values()) {
            if ((type.name() + "storage").toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
                return type;
            }
        }
        return null;
    }
}
