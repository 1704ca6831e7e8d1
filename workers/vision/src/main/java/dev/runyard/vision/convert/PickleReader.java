package dev.runyard.vision.convert;

import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.convert.PickleValue.Attributes;
import dev.runyard.vision.convert.PickleValue.Name;
import dev.runyard.vision.convert.PickleValue.Opaque;
import dev.runyard.vision.convert.PickleValue.Plain;
import dev.runyard.vision.convert.PickleValue.Sequence;
import dev.runyard.vision.convert.PickleValue.Storage;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Python's pickle as a data format: the instructions of protocols 2 to 5 that build containers, numbers and strings, and names from
 * {@link Allowed}. Nothing of the host is reachable from a pickle: of whatever else it asks for, nothing is made.
 */
final class PickleReader {
    /** Instructions of one file; CLIP's has ten thousand. */
    private static final int MOST = 1_000_000;

    private static final Plain NONE = new Plain(null);
    private static final Plain MARK = new Plain("mark");

    private final String file;
    private final ByteBuffer in;
    private final List<PickleValue> stack = new ArrayList<>();
    private final Map<Integer, PickleValue> memo = new HashMap<>();
    private int copied;

    private PickleReader(String file, byte[] bytes) {
        this.file = file;
        this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** @throws WeightsException when it is damaged, or asks for what is not data */
    static PickleValue read(String file, byte[] bytes) throws WeightsException {
        PickleReader reader = new PickleReader(file, bytes);
        try {
            return reader.run();
        } catch (BufferUnderflowException e) {
            throw Allowed.damaged(file, "its pickle ends too early");
        }
    }

    private PickleValue run() throws WeightsException {
        for (int i = 0; i < MOST; i++) {
            int code = in.get() & 0xff;
            if (code == '.') {
                return pop();
            }
            step(code);
        }
        throw tooLong();
    }

    private WeightsException tooLong() {
        return new WeightsException(file + ": refused: its pickle has more than " + MOST + " instructions");
    }

    private void step(int code) throws WeightsException {
        switch (code) {
            case 0x80 -> protocol(in.get());
            case 0x95 -> skip(8); // FRAME: its length alone
            case '(' -> push(MARK);
            case '0' -> pop();
            case '1' -> marked();
            case '2' -> push(top());
            case 'N' -> push(NONE);
            case 0x88 -> push(new Plain(true));
            case 0x89 -> push(new Plain(false));
            case 'J' -> push(new Plain((long) in.getInt()));
            case 'K' -> push(new Plain((long) (in.get() & 0xff)));
            case 'M' -> push(new Plain((long) (in.getShort() & 0xffff)));
            case 0x8a -> push(number(in.get() & 0xff));
            case 0x8b -> push(number(length(in.getInt())));
            case 'G' -> push(new Plain(Double.longBitsToDouble(Long.reverseBytes(in.getLong()))));
            case 'X', 'T', 'B' -> push(text(code, in.getInt()));
            case 0x8c, 'U', 'C' -> push(text(code, in.get() & 0xff));
            case 0x8d, 0x8e, 0x96 -> push(text(code, length(in.getLong())));
            case ']', 0x8f -> push(new Sequence(new ArrayList<>()));
            case ')' -> push(new Sequence(List.of()));
            case '}' -> push(new Attributes(new LinkedHashMap<>()));
            case 'l', 't', 0x91 -> push(new Sequence(marked()));
            case 'd' -> push(attributes(marked()));
            case 0x85 -> push(new Sequence(last(1)));
            case 0x86 -> push(new Sequence(last(2)));
            case 0x87 -> push(new Sequence(last(3)));
            case 'a' -> append(last(1));
            case 'e', 0x90 -> append(marked());
            case 's' -> put(last(2));
            case 'u' -> put(marked());
            case 'q' -> memo.put(in.get() & 0xff, top());
            case 'r' -> memo.put(in.getInt(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> push(remembered(in.get() & 0xff));
            case 'j' -> push(remembered(in.getInt()));
            case 'c' -> push(name(line(), line()));
            case 0x93 -> {
                List<PickleValue> name = last(2);
                push(name(string(name.get(0)), string(name.get(1))));
            }
            case 'Q' -> push(storage(pop()));
            case 'R' -> call();
            case 0x81 -> make(last(2).get(0));
            case 0x92 -> make(last(3).get(0));
            case 'b' -> build();
            default ->
                throw new WeightsException(file + ": refused: its pickle uses instruction 0x"
                        + Integer.toHexString(code) + " at byte " + (in.position() - 1)
                        + ", which is not one of those that build data");
        }
    }

    private void protocol(byte version) throws WeightsException {
        if (version < 2 || version > 5) {
            throw Allowed.damaged(file, "its pickle has protocol " + version);
        }
    }

    private void push(PickleValue value) {
        stack.add(value);
    }

    private PickleValue pop() throws WeightsException {
        if (stack.isEmpty()) {
            throw Allowed.damaged(file, "its pickle takes from an empty stack");
        }
        return stack.remove(stack.size() - 1);
    }

    private PickleValue top() throws WeightsException {
        PickleValue top = pop();
        push(top);
        return top;
    }

    private List<PickleValue> last(int count) throws WeightsException {
        List<PickleValue> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            out.add(0, pop());
        }
        return out;
    }

    /** What stands above the topmost mark; takes both away. */
    private List<PickleValue> marked() throws WeightsException {
        for (int i = stack.size() - 1; i >= 0; i--) {
            if (stack.get(i) == MARK) {
                List<PickleValue> above = new ArrayList<>(stack.subList(i + 1, stack.size()));
                stack.subList(i, stack.size()).clear();
                return above;
            }
        }
        throw Allowed.damaged(file, "its pickle lacks a mark");
    }

    private PickleValue remembered(int key) throws WeightsException {
        PickleValue value = memo.get(key);
        if (value == null) {
            throw Allowed.damaged(file, "its pickle remembers nothing under " + key);
        }
        return value;
    }

    private Plain number(int length) {
        byte[] little = bytes(length);
        byte[] big = new byte[length + 1];
        for (int i = 0; i < length; i++) {
            big[length - i] = little[i];
        }
        big[0] = (byte) (length > 0 && little[length - 1] < 0 ? -1 : 0);
        BigInteger value = new BigInteger(big);
        return new Plain(value.bitLength() < 64 ? (Object) value.longValue() : value);
    }

    /** Strings and bytes alike: nothing here depends on which. */
    private Plain text(int code, int length) throws WeightsException {
        if (length < 0) {
            throw Allowed.damaged(file, "its pickle has a text of " + length + " bytes");
        }
        byte[] raw = bytes(length);
        boolean utf8 = code == 'X' || code == 0x8c || code == 0x8d;
        return new Plain(new String(raw, utf8 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1));
    }

    private int length(long length) throws WeightsException {
        if (length < 0) {
            throw Allowed.damaged(file, "its pickle has a length of " + length);
        }
        return (int) Math.min(length, Integer.MAX_VALUE);
    }

    private static PickleValue name(String module, String name) {
        Optional<Allowed> allowed = Allowed.find(module, name);
        return allowed.isPresent() ? new Name(allowed.get()) : new Opaque(module + "." + name, new LinkedHashMap<>());
    }

    private byte[] bytes(int length) {
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private void skip(int length) {
        bytes(length);
    }

    private String line() {
        int start = in.position();
        while (in.get() != '\n') {
            // to the end of the line
        }
        return new String(in.array(), start, in.position() - 1 - start, StandardCharsets.UTF_8);
    }

    private String string(PickleValue value) throws WeightsException {
        if (value instanceof Plain plain && plain.value() instanceof String text) {
            return text;
        }
        throw Allowed.damaged(file, "its pickle has no text where one belongs");
    }

    private void append(List<PickleValue> items) throws WeightsException {
        if (top() instanceof Opaque) {
            return;
        }
        if (!(top() instanceof Sequence sequence) || !(sequence.items() instanceof ArrayList)) {
            throw Allowed.damaged(file, "its pickle adds to what is not a list");
        }
        sequence.items().addAll(items);
    }

    private void put(List<PickleValue> items) throws WeightsException {
        if (top() instanceof Opaque other) {
            other.entries().putAll(attributes(items).entries());
            return;
        }
        if (!(top() instanceof Attributes target)) {
            throw Allowed.damaged(file, "its pickle adds to what is not a dictionary");
        }
        target.entries().putAll(attributes(items).entries());
    }

    private Attributes attributes(List<PickleValue> items) throws WeightsException {
        if (items.size() % 2 != 0) {
            throw Allowed.damaged(file, "its pickle has a key without a value");
        }
        Map<String, PickleValue> entries = new LinkedHashMap<>();
        for (int i = 0; i < items.size(); i += 2) {
            // Keys that are no text (numbers of an optimiser's state, tuples) never name a tensor of a model.
            String key = items.get(i) instanceof Plain plain ? String.valueOf(plain.value()) : "#" + i;
            entries.put(key, items.get(i + 1));
        }
        return new Attributes(entries);
    }

    private PickleValue storage(PickleValue id) throws WeightsException {
        boolean good = id instanceof Sequence s && s.items().size() >= 5;
        if (!good || !string(((Sequence) id).items().get(0)).equals("storage")) {
            throw Allowed.damaged(file, "its pickle refers to something that is not a storage");
        }
        List<PickleValue> parts = ((Sequence) id).items();
        if (parts.get(1) instanceof Opaque other) {
            return other;
        }
        if (!(parts.get(1) instanceof Name name) || name.allowed().type() == null) {
            throw Allowed.damaged(file, "a storage has no type");
        }
        long count = Allowed.whole(file, parts.get(4));
        if (count < 0) {
            throw Allowed.damaged(file, "a storage has " + count + " numbers");
        }
        return new Storage(string(parts.get(2)), name.allowed().type(), count);
    }

    private void call() throws WeightsException {
        List<PickleValue> both = last(2);
        if (both.get(0) instanceof Opaque other) {
            push(new Opaque(other.name(), new LinkedHashMap<>()));
            return;
        }
        if (!(both.get(0) instanceof Name name) || !(both.get(1) instanceof Sequence arguments)) {
            throw Allowed.damaged(file, "its pickle calls what is not a name");
        }
        push(name.allowed().call(file, arguments.items()));
    }

    private void make(PickleValue of) throws WeightsException {
        if (of instanceof Opaque other) {
            push(new Opaque(other.name(), new LinkedHashMap<>()));
            return;
        }
        if (!(of instanceof Name name) || name.allowed().kind() != Allowed.Kind.DATA) {
            throw Allowed.damaged(file, "its pickle makes an object of what is not a class");
        }
        push(new Attributes(new LinkedHashMap<>()));
    }

    /** An object's state becomes its entries; that of a dictionary (PyTorch's notes on versions) and of a tensor is dropped. */
    private void build() throws WeightsException {
        PickleValue state = pop();
        if (top() instanceof Attributes target && target.entries().isEmpty() && state instanceof Attributes values) {
            copied += values.entries().size();
            if (copied > MOST) {
                throw tooLong();
            }
            target.entries().putAll(values.entries());
        }
    }
}
