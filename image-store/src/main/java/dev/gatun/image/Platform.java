package dev.gatun.image;

import java.util.Locale;

/**
 * What an image runs on.
 *
 * @param variant of the processor, {@code v8}; empty if there is none
 * @param osVersion empty if none is asked for, as on Linux
 */
public record Platform(String os, String architecture, String variant, String osVersion) {
    /** Parses {@code linux/arm64/v8}, {@code linux/arm64} or {@code arm64}, with the names that kernels use, too. */
    public static Platform parse(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split("/", -1);
        if (parts.length > 3 || text.isEmpty() || text.startsWith("/") || text.endsWith("/")) {
            throw new ImageException("platform \"" + text + "\": not of the form OS/ARCHITECTURE[/VARIANT]");
        }
        if (parts.length == 1) {
            return normalized("linux", parts[0], "");
        }
        return normalized(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
    }

    public static Platform linux(String architecture) {
        return normalized("linux", architecture, "");
    }

    /** That of this machine. */
    public static Platform host() {
        return linux(System.getProperty("os.arch", ""));
    }

    /**
     * The same names for the same things, as containerd's platforms package has them: {@code x86_64} is {@code amd64},
     * {@code arm64} without a variant is {@code v8}, {@code arm} without one {@code v7}.
     */
    public static Platform normalized(String os, String architecture, String variant) {
        return new Platform(os, architecture, variant, "").normalized();
    }

    public Platform normalized() {
        String lower = architecture.toLowerCase(Locale.ROOT);
        return switch (lower) {
            case "x86_64", "x86-64", "amd64" -> with("amd64", variant.equals("v1") ? "" : variant);
            case "aarch64", "arm64" -> with("arm64", variant.equals("8") || variant.equals("v8") ? "" : variant);
            case "i386", "i486", "i586", "i686", "x86", "386" -> with("386", "");
            case "armhf" -> with("arm", "v7");
            case "armel" -> with("arm", "v6");
            case "arm" -> with("arm", armVariant());
            default -> with(lower, variant);
        };
    }

    private String armVariant() {
        if (variant.isEmpty()) {
            return "v7";
        }
        return variant.startsWith("v") ? variant : "v" + variant;
    }

    private Platform with(String newArchitecture, String newVariant) {
        return new Platform(os.toLowerCase(Locale.ROOT), newArchitecture, newVariant, osVersion);
    }

    /**
     * How well an image for {@code offered} runs here: 0 not at all, more is better. Of variants of a processor the same
     * is best, then the newest of the older ones; newer ones than this are not run.
     */
    public int score(Platform offered) {
        Platform mine = normalized();
        Platform theirs = offered.normalized();
        if (!mine.os.equals(theirs.os) || !mine.architecture.equals(theirs.architecture)) {
            return 0;
        }
        int wanted = level(mine);
        int given = level(theirs);
        return given > wanted ? 0 : 1 + given;
    }

    /** Variants are numbers with a v, of which none is the first that 64-bit systems had. */
    private static int level(Platform platform) {
        String digits = platform.variant.startsWith("v") ? platform.variant.substring(1) : platform.variant;
        if (digits.isEmpty()) {
            return platform.architecture.equals("arm64") ? 80 : platform.architecture.equals("amd64") ? 10 : 0;
        }
        int dot = digits.indexOf('.');
        try {
            int major = Integer.parseInt(dot < 0 ? digits : digits.substring(0, dot));
            int minor = dot < 0 ? 0 : Integer.parseInt(digits.substring(dot + 1));
            return Math.clamp(major, 0, 99) * 10 + Math.clamp(minor, 0, 9);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
