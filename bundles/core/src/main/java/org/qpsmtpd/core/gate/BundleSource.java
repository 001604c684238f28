package org.qpsmtpd.core.gate;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.framework.Bundle;

/**
 * Where bundles come from that are exchanged while mail flows, such as the deploy folder. A
 * service; there is one at most.
 *
 * <p>The source installs a bundle and starts it beside its predecessor, under a location that
 * begins with {@value #LOCATION}, and asks for a new set of plugins with {@link Gate#renew}. The
 * engine then asks for {@link #wanted}, tries the plugins of these bundles, and answers with {@link
 * #refuse} or {@link #accepted}.
 *
 * <p>Several servers in one framework are one engine for the source: a bundle is accepted when all
 * of them have it, refused as soon as one cannot use it, and released when no session of any uses
 * it. Until all have decided, {@link #taken} tells that some have it. The methods are called by one
 * thread at a time and must not wait for long.
 */
@ConsumerType
public interface BundleSource {
    /** How the location of each bundle of the source begins; other bundles have other locations. */
    String LOCATION = "qpsmtpd-deploy:";

    /**
     * The bundles that new sessions are to have, all started. A bundle of the source that is not
     * among them is used by the sessions that have it already, and by no others.
     */
    List<Bundle> wanted();

    /**
     * The instances of plugins that files configure, asked for whenever a set of plugins is built;
     * a change of them is told by {@link Gate#renew}. May be called by any thread.
     */
    default List<ConfiguredInstance> configured() {
        return List.of();
    }

    /**
     * The folder whose files the source reads by itself; empty when there is none. What somebody
     * else once configured from a file there counts for nothing.
     */
    default Optional<Path> folder() {
        return Optional.empty();
    }

    /**
     * What is wanted in the place of a bundle that is wanted no more, such as the newer content of
     * its file.
     */
    default Optional<Bundle> successor(Bundle bundle) {
        return Optional.empty();
    }

    /**
     * Why no bundle of the source has a plugin, as far as the source knows; may be called by any
     * thread.
     *
     * @param plugin its name
     * @return a sentence without a full stop; empty when there is nothing to tell
     */
    default Optional<String> absence(String plugin) {
        return Optional.empty();
    }

    /**
     * What of the source is not in use, a sentence each, and few of them; may be called by any
     * thread.
     */
    default List<String> refused() {
        return List.of();
    }

    /**
     * What of the source is in use, but will not be for ever, a sentence each, and few of them; may
     * be called by any thread.
     */
    default List<String> warnings() {
        return List.of();
    }

    /**
     * A plugin of the bundle is not fit to serve. From now on {@link #wanted} answers without the
     * bundle, and with its predecessor if there is one; it is asked again at once.
     *
     * @param reason why, in a sentence for the administrator
     */
    void refuse(Bundle bundle, String reason);

    /**
     * The configuration has changed: a bundle that was refused may be offered again, and asked for
     * with {@link Gate#renew}.
     */
    void reconsider();

    /**
     * New sessions of some servers have these bundles now, and others have not decided: whatever
     * becomes of a bundle, it stays until it is released. Not called when there is one server only.
     */
    default void taken(List<Bundle> bundles) {}

    /** These bundles are what new sessions have now, if they need plugins of them. */
    void accepted(List<Bundle> bundles);

    /**
     * No session uses the bundle any more, and it is not wanted: it can be uninstalled. May be
     * called more than once.
     */
    void release(Bundle bundle);
}
