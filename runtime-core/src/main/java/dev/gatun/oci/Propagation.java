package dev.gatun.oci;

/** How mounts and unmounts spread between mount namespaces; those with an R act on everything mounted below too. */
public enum Propagation implements SpecName {
    PRIVATE("private"),
    RPRIVATE("rprivate"),
    SLAVE("slave"),
    RSLAVE("rslave"),
    SHARED("shared"),
    RSHARED("rshared"),
    UNBINDABLE("unbindable"),
    RUNBINDABLE("runbindable");

    private final String text;

    Propagation(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}
