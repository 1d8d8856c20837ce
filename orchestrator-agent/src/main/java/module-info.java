/** The engine, the orchestrator's agent and the gatun command. */
module dev.gatun.agent {
    exports dev.gatun.cli;

    requires dev.gatun.image;
    requires dev.gatun.runtime;
    requires dev.gatun.linux;
    requires info.picocli;
    requires static org.jspecify;
}
