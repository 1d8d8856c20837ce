package dev.gatun.oci;

import dev.gatun.json.JsonText;

/** The version of the specification that a document says it follows. */
final class SpecVersion {
    private SpecVersion() {}

    /** Takes any 1.x: minor versions only add, and what a later one added is ignored as every unknown field is. */
    static void check(String field, String version) {
        if (!isSemantic(version)) {
            throw new InvalidSpecException(
                    field, JsonText.shown(version) + " is not a semantic version, such as 1.3.0");
        }
        if (!version.startsWith("1.")) {
            throw new InvalidSpecException(field, JsonText.shown(version) + " is not supported; versions 1.x are");
        }
    }

    /** Whether it is {@code major.minor.patch}, with or without a suffix for a pre-release or a build. */
    private static boolean isSemantic(String version) {
        int at = 0;
        for (int part = 0; part < 3; part++) {
            if (part > 0 && (at >= version.length() || version.charAt(at++) != '.')) {
                return false;
            }
            int start = at;
            while (at < version.length() && version.charAt(at) >= '0' && version.charAt(at) <= '9') {
                at++;
            }
            boolean leadingZero = at - start > 1 && version.charAt(start) == '0';
            if (at == start || leadingZero) {
                return false;
            }
        }
        return at == version.length() || isSuffix(version, at);
    }

    private static boolean isSuffix(String version, int start) {
        if (version.charAt(start) != '-' && version.charAt(start) != '+') {
            return false;
        }
        for (int i = start + 1; i < version.length(); i++) {
            char c = version.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != '+') {
                return false;
            }
        }
        return version.length() > start + 1;
    }
}
