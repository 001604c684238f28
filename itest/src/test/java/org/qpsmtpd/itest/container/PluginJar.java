package org.qpsmtpd.itest.container;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.qpsmtpd.itest.container.example.CollectorPlugin;
import org.qpsmtpd.itest.container.example.MarkerPlugin;

/**
 * A plugin bundle made by hand, so that a test decides its name, version and default settings when
 * it runs.
 */
final class PluginJar {
    private static final String JOURNAL = "org.qpsmtpd.itest.container.example.Journal";

    private final String plugin;
    private final Class<?> type;
    private final String hook;
    private final String version;
    private final Map<String, String> settings = new LinkedHashMap<>();

    private PluginJar(String plugin, Class<?> type, String hook, String version) {
        this.plugin = plugin;
        this.type = type;
        this.hook = hook;
        this.version = version;
    }

    /** The plugin {@code marker}. */
    static PluginJar marker(String version, String text, Path journal) {
        return new PluginJar("marker", MarkerPlugin.class, "DataPostHook", version)
                .with("text", text)
                .with("journal", journal.toString());
    }

    /** The plugin {@code collector}. */
    static PluginJar collector(Path journal) {
        return new PluginJar("collector", CollectorPlugin.class, "LoggingHook", "1.0.0")
                .with("journal", journal.toString());
    }

    private PluginJar with(String setting, String value) {
        settings.put(setting, value);
        return this;
    }

    /** Writes the jar into a folder, whole from the first moment it is seen there. */
    Path writeTo(Path folder) throws IOException {
        Path target = folder.resolve("org.example." + plugin + ".jar");
        Path building = Files.createTempFile(folder, "building", ".part");
        try (OutputStream out = Files.newOutputStream(building);
                JarOutputStream jar = new JarOutputStream(out, manifest())) {
            add(jar, "OSGI-INF/" + plugin + ".xml", component());
            add(jar, "OSGI-INF/metatype/" + plugin + ".xml", metatype());
            addClass(jar, type.getName());
            addClass(jar, JOURNAL);
        }
        return Files.move(building, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private Manifest manifest() {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "org.example." + plugin);
        main.putValue("Bundle-Version", version);
        main.putValue(
                "Import-Package",
                "org.qpsmtpd.api.answer;version=\"[1.0,2)\",org.qpsmtpd.api.hook;version=\"[1.0,2)\","
                        + "org.qpsmtpd.api.log;version=\"[1.0,2)\",org.qpsmtpd.api.session;version=\"[1.0,2)\","
                        + "org.qpsmtpd.api.mail;version=\"[1.0,2)\",org.slf4j;version=\"[2.0,3)\"");
        main.putValue("Provide-Capability", "org.qpsmtpd.plugin;name=\"" + plugin + "\"");
        main.putValue("Service-Component", "OSGI-INF/" + plugin + ".xml");
        return manifest;
    }

    private String component() {
        StringBuilder properties = new StringBuilder();
        settings.forEach(
                (key, value) ->
                        properties.append(
                                "<property name='%s' value='%s'/>".formatted(key, value)));
        String deactivate = type == MarkerPlugin.class ? "deactivate='deactivate'" : "";
        return """
        <scr:component xmlns:scr='http://www.osgi.org/xmlns/scr/v1.4.0' name='%1$s'
            configuration-policy='require' configuration-pid='%1$s' init='1' %5$s>
          %2$s
          <property name='plugin.name' value='%1$s'/>
          <service><provide interface='org.qpsmtpd.api.hook.%3$s'/></service>
          <implementation class='%4$s'/>
        </scr:component>
        """
                .formatted(plugin, properties, hook, type.getName(), deactivate);
    }

    private String metatype() {
        StringBuilder attributes = new StringBuilder();
        settings.forEach(
                (key, value) ->
                        attributes.append(
                                "<AD id='%s' type='String' required='false'/>".formatted(key)));
        return """
        <metatype:MetaData xmlns:metatype='http://www.osgi.org/xmlns/metatype/v1.2.0'>
          <OCD id='%1$s' name='%1$s'>%2$s</OCD>
          <Designate factoryPid='%1$s'><Object ocdref='%1$s'/></Designate>
        </metatype:MetaData>
        """
                .formatted(plugin, attributes);
    }

    private static void add(JarOutputStream jar, String name, String text) throws IOException {
        jar.putNextEntry(new ZipEntry(name));
        jar.write(text.getBytes(StandardCharsets.UTF_8));
        jar.closeEntry();
    }

    private static void addClass(JarOutputStream jar, String name) throws IOException {
        String path = name.replace('.', '/') + ".class";
        jar.putNextEntry(new ZipEntry(path));
        ClassLoader loader = PluginJar.class.getClassLoader();
        try (InputStream in = loader.getResourceAsStream(path)) {
            if (in == null) {
                throw new IOException("no " + path + " on the class path");
            }
            in.transferTo(jar);
        }
        jar.closeEntry();
    }
}
