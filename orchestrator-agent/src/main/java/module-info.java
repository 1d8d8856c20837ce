/** The engine, the orchestrator's agent and the gatun command. */
module dev.gatun.agent {
    requires dev.gatun.image;
    requires dev.gatun.runtime;
    requires info.picocli;
    requires static org.jspecify;
}
