package dev.gatun.cgroup;

import dev.gatun.oci.BlockIo;
import java.util.List;
import java.util.OptionalInt;

/** Block devices. A weight of 0 is "as it is", a rate of 0 is no limit. */
final class IoSettings {
    private static final int MIN_WEIGHT = 10;
    private static final int MAX_WEIGHT = 1000;

    private final Settings settings;

    IoSettings(Settings settings) {
        this.settings = settings;
    }

    void add(BlockIo io) {
        if (isSet(io.weight())) {
            weight(io.weight().getAsInt());
        }
        if (isSet(io.leafWeight()) && !settings.isUnified()) {
            legacy("blkio.leaf_weight", Integer.toString(io.leafWeight().getAsInt()));
        }
        for (BlockIo.WeightDevice device : io.weightDevices()) {
            String number = device.major() + ":" + device.minor() + " ";
            if (isSet(device.weight())) {
                weightOfDevice(number, device.weight().getAsInt());
            }
            if (isSet(device.leafWeight()) && !settings.isUnified()) {
                legacy("blkio.leaf_weight_device", number + device.leafWeight().getAsInt());
            }
        }
        throttle(io.throttleReadBpsDevices(), "blkio.throttle.read_bps_device", "rbps");
        throttle(io.throttleWriteBpsDevices(), "blkio.throttle.write_bps_device", "wbps");
        throttle(io.throttleReadIopsDevices(), "blkio.throttle.read_iops_device", "riops");
        throttle(io.throttleWriteIopsDevices(), "blkio.throttle.write_iops_device", "wiops");
    }

    private GroupPaths.Place place() {
        return settings.place("blockIO", "blkio", "io");
    }

    /** With the BFQ scheduler as it is given, without it in the range of {@code io.weight}. */
    private void weight(int weight) {
        GroupPaths.Place place = place();
        String text = Integer.toString(weight);
        settings.add(
                place.isUnified()
                        ? Write.to(place, "io.bfq.weight", text)
                                .orElse(Write.to(place, "io.weight", Long.toString(ioWeight(weight))))
                        : Write.to(place, "blkio.weight", text).orElse(Write.to(place, "blkio.bfq.weight", text)));
    }

    private void weightOfDevice(String number, int weight) {
        GroupPaths.Place place = place();
        String text = number + weight;
        settings.add(
                place.isUnified()
                        ? Write.to(place, "io.bfq.weight", text)
                                .orElse(Write.to(place, "io.weight", number + ioWeight(weight)))
                        : Write.to(place, "blkio.weight_device", text)
                                .orElse(Write.to(place, "blkio.bfq.weight_device", text)));
    }

    private void legacy(String file, String value) {
        settings.add(Write.to(place(), file, value));
    }

    private void throttle(List<BlockIo.ThrottleDevice> devices, String legacyFile, String key) {
        for (BlockIo.ThrottleDevice device : devices) {
            GroupPaths.Place place = place();
            String number = device.major() + ":" + device.minor() + " ";
            String rate = Long.toUnsignedString(device.rate());
            settings.add(
                    place.isUnified()
                            ? Write.to(place, "io.max", number + key + "=" + (device.rate() == 0 ? "max" : rate))
                            : Write.to(place, legacyFile, number + rate));
        }
    }

    /** 10 to 1000, as the specification has it, in 1 to 10000. */
    static long ioWeight(int weight) {
        int inRange = Math.clamp(weight, MIN_WEIGHT, MAX_WEIGHT);
        return 1 + (inRange - MIN_WEIGHT) * 9999L / (MAX_WEIGHT - MIN_WEIGHT);
    }

    private static boolean isSet(OptionalInt value) {
        return value.isPresent() && value.getAsInt() != 0;
    }
}
