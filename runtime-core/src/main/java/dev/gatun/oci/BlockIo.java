package dev.gatun.oci;

import dev.gatun.json.JsonValue;
import dev.gatun.json.JsonWritable;
import dev.gatun.json.JsonWriter;
import java.util.List;
import java.util.OptionalInt;

/**
 * Limits of block devices' use (config-linux.md, Block IO).
 *
 * @param weight relative to other cgroups, from 0 to 65535, of which the kernel takes 10 to 1000
 * @param leafWeight as {@code weight}, against the cgroup's own children; cgroup v1 only
 */
public record BlockIo(
        OptionalInt weight,
        OptionalInt leafWeight,
        List<WeightDevice> weightDevices,
        List<ThrottleDevice> throttleReadBpsDevices,
        List<ThrottleDevice> throttleWriteBpsDevices,
        List<ThrottleDevice> throttleReadIopsDevices,
        List<ThrottleDevice> throttleWriteIopsDevices)
        implements JsonWritable {

    private static final int WEIGHT_MAX = 0xFFFF;

    /** No limit. */
    public static final BlockIo NONE = new BlockIo(
            OptionalInt.empty(), OptionalInt.empty(), List.of(), List.of(), List.of(), List.of(), List.of());

    public BlockIo {
        Check.range("weight", weight, 0, WEIGHT_MAX);
        Check.range("leafWeight", leafWeight, 0, WEIGHT_MAX);
        weightDevices = List.copyOf(weightDevices);
        throttleReadBpsDevices = List.copyOf(throttleReadBpsDevices);
        throttleWriteBpsDevices = List.copyOf(throttleWriteBpsDevices);
        throttleReadIopsDevices = List.copyOf(throttleReadIopsDevices);
        throttleWriteIopsDevices = List.copyOf(throttleWriteIopsDevices);
    }

    static BlockIo decode(JsonValue blockIo) {
        return new BlockIo(
                Fields.integer(blockIo.field("weight"), 0, WEIGHT_MAX),
                Fields.integer(blockIo.field("leafWeight"), 0, WEIGHT_MAX),
                Fields.list(blockIo.field("weightDevice"), WeightDevice::decode),
                Fields.list(blockIo.field("throttleReadBpsDevice"), ThrottleDevice::decode),
                Fields.list(blockIo.field("throttleWriteBpsDevice"), ThrottleDevice::decode),
                Fields.list(blockIo.field("throttleReadIOPSDevice"), ThrottleDevice::decode),
                Fields.list(blockIo.field("throttleWriteIOPSDevice"), ThrottleDevice::decode));
    }

    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject()
                .optional("weight", weight)
                .optional("leafWeight", leafWeight)
                .optional("weightDevice", weightDevices)
                .optional("throttleReadBpsDevice", throttleReadBpsDevices)
                .optional("throttleWriteBpsDevice", throttleWriteBpsDevices)
                .optional("throttleReadIOPSDevice", throttleReadIopsDevices)
                .optional("throttleWriteIOPSDevice", throttleWriteIopsDevices)
                .endObject();
    }

    /** The weights for one device, of which at least one is there. */
    public record WeightDevice(long major, long minor, OptionalInt weight, OptionalInt leafWeight)
            implements JsonWritable {
        public WeightDevice {
            Check.range("weight", weight, 0, WEIGHT_MAX);
            Check.range("leafWeight", leafWeight, 0, WEIGHT_MAX);
            if (weight.isEmpty() && leafWeight.isEmpty()) {
                throw new InvalidSpecException("weight", "missing; weight or leafWeight is required");
            }
        }

        static WeightDevice decode(JsonValue device) {
            return new WeightDevice(
                    device.field("major").int64(),
                    device.field("minor").int64(),
                    Fields.integer(device.field("weight"), 0, WEIGHT_MAX),
                    Fields.integer(device.field("leafWeight"), 0, WEIGHT_MAX));
        }

        @Override
        public void writeTo(JsonWriter out) {
            out.beginObject()
                    .field("major", major)
                    .field("minor", minor)
                    .optional("weight", weight)
                    .optional("leafWeight", leafWeight)
                    .endObject();
        }
    }

    /**
     * The limit for one device.
     *
     * @param rate bytes or operations per second, unsigned
     */
    public record ThrottleDevice(long major, long minor, long rate) implements JsonWritable {
        static ThrottleDevice decode(JsonValue device) {
            return new ThrottleDevice(
                    device.field("major").int64(),
                    device.field("minor").int64(),
                    device.field("rate").uint64());
        }

        @Override
        public void writeTo(JsonWriter out) {
            out.beginObject()
                    .field("major", major)
                    .field("minor", minor)
                    .unsignedField("rate", rate)
                    .endObject();
        }
    }
}
