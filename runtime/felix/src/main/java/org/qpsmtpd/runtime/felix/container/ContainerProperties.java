package org.qpsmtpd.runtime.felix.container;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Constants;
import org.qpsmtpd.runtime.felix.home.Home;
import org.qpsmtpd.runtime.felix.home.Scratch;
import org.qpsmtpd.runtime.felix.options.Options;
import org.qpsmtpd.runtime.felix.socket.BoundSocket;

/** What the framework and the bundles are told when they start. */
public final class ContainerProperties {
    private static final String SLF4J_VERSION = "2.0.18";

    private ContainerProperties() {}

    public static Map<String, String> of(
            Options options, Home home, Scratch scratch, List<BoundSocket> listeners)
            throws IOException {
        Map<String, String> all = new HashMap<>();
        all.putAll(framework(scratch));
        all.putAll(options.properties(listeners.stream().map(BoundSocket::address).toList()));
        all.put(Options.PREFIX + "model", options.frontEnd().model());
        all.put(Options.PREFIX + "home", home.directory().toString());
        all.put(Options.PREFIX + "config_dir", home.config().toString());
        all.put(Options.PREFIX + "deploy_dir", home.deploy().toString());
        all.put(Options.PREFIX + "var_dir", scratch.var().toString());
        all.put(Options.PREFIX + "console_socket", scratch.consoleSocket().toString());
        return all;
    }

    private static Map<String, String> framework(Scratch scratch) throws IOException {
        Map<String, String> properties = new HashMap<>();
        properties.put(Constants.FRAMEWORK_STORAGE, scratch.folder("bundles").toString());
        properties.put(
                Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, slf4j());
        properties.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        // The core says in one line why a plugin does not start; SCR would add a stack trace.
        properties.put("ds.loglevel", "0");
        return properties;
    }

    /** The class path of the launcher has slf4j and its provider; the bundles use these. */
    private static String slf4j() {
        return Stream.of("org.slf4j", "org.slf4j.event", "org.slf4j.helpers", "org.slf4j.spi")
                .map(name -> name + ";version=" + SLF4J_VERSION)
                .collect(Collectors.joining(","));
    }
}
