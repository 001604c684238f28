package org.qpsmtpd.api.plugin;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Attribute;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Names a component as a plugin. The bundle then advertises the name as a capability of the
 * namespace {@value #NAMESPACE}, so the server knows which bundle provides it before the bundle is
 * started.
 *
 * <p>The component's configuration pid is the name with {@code /} written as {@code .} and {@code
 * -} as {@code _}: the plugin {@code queue/smtp-forward} has the pid {@code queue.smtp_forward}.
 */
@ComponentPropertyType
@Capability(namespace = Plugin.NAMESPACE)
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Plugin {
    /** Namespace of the capability that a plugin bundle provides, one for each plugin in it. */
    String NAMESPACE = "org.qpsmtpd.plugin";

    /** Prefix of the service properties this annotation makes. */
    String PREFIX_ = "plugin.";

    /** Name used in {@code config/plugins}, with qpsmtpd's sub-folder: {@code queue/maildir}. */
    @Attribute("name")
    String name();

    /**
     * Options that may be given by position, in order, before or instead of {@code name value}
     * pairs. An entry ending in {@code ...} takes all words that are left; as the first entry it
     * takes all words, whatever they are, and when its option is a single text, all that stands
     * behind the plugin's name as it is written. Empty for plugins that take pairs only.
     */
    @Attribute("positional")
    String[] positional() default {};

    /**
     * Plugins that are to be asked after this one, by their names in {@code config/plugins}; a
     * folder with its slash, {@code queue/}, is all plugins in it. Counts while no line names this
     * one: then it stands before the first of them that is there, and behind all lines when none
     * is. A line has its place from the file.
     */
    @Attribute("before")
    String[] before() default {};

    /**
     * Hooks, as {@link org.qpsmtpd.api.hook.HookPoint#hookName} writes them, at which this plugin
     * never declines, so that none behind it is ever asked; the server warns of one that is.
     */
    @Attribute("decides")
    String[] decides() default {};

    /**
     * Files of the configuration directory that this plugin reads, by their names. A plugin that
     * can tell a wrong line from a right one also is a {@link FileCheck}.
     */
    @Attribute("files")
    String[] files() default {};

    /**
     * Names that lines of {@code config/plugins} may still have from earlier releases, each alone
     * or with the words it stood for, which come before those of the line: {@code "relay_only=only
     * 1"}.
     */
    @Attribute("formerly")
    String[] formerly() default {};

    /**
     * For plugins that do not accept at each of the hooks {@code rcpt} and {@code queue} that they
     * have: the hooks at which they may answer OK, so that the recipient or the message is
     * accepted, or {@code nothing}. {@code "rcpt only"} is a hook and the option without which it
     * never accepts. A server that accepts no recipient, or takes no message, says so.
     */
    @Attribute("accepts")
    String[] accepts() default {};

    /**
     * Options that hold a path. The server refuses one that only a shell could read, such as {@code
     * ~/mail}, and looks for what is relative at the folder of the distribution, then in the
     * configuration directory and beside it; the plugin gets an absolute path where there is such a
     * file, and the path as it is written otherwise.
     */
    @Attribute("paths")
    String[] paths() default {};
}
