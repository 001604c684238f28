package org.qpsmtpd.core.generation;

import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.ServiceReference;
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.generation.OptionBinder.Options;
import org.qpsmtpd.core.generation.PluginCatalog.Offer;

/**
 * The instances there are. The same line has the same one in each generation and in each list; one
 * that cannot be made is tried once.
 */
final class Stock {
    private final InstanceFactory factory;
    private final Map<String, Made> made;
    private final Map<String, PluginFault> failures = new HashMap<>();

    /**
     * @param made the instances by what identifies them; new ones are added
     */
    Stock(InstanceFactory factory, Map<String, Made> made) {
        this.factory = factory;
        this.made = made;
    }

    /** Makes an instance, or how one is made. */
    private interface Maker {
        Made make() throws PluginFault;
    }

    /**
     * Puts the instance of a line into a list.
     *
     * @param text what tells it from others of its name
     */
    void use(ListDraft list, Offer offer, PluginLine line, Options options, String text, int place)
            throws PluginFault {
        String key =
                offer.bundle().getBundleId()
                        + "@"
                        + offer.bundle().getLastModified()
                        + (line.optional() ? " ? " : " ")
                        + line.instance()
                        + " "
                        + text;
        use(list, key, place, () -> factory.make(offer, line, options));
    }

    /** Puts a service that a bundle registered by itself into a list. */
    void usePlain(ListDraft list, ServiceReference<?> reference, PluginLine line, int place)
            throws PluginFault {
        String key = "service " + HookServices.id(reference);
        use(list, key, place, () -> factory.adopt(reference, line));
    }

    private void use(ListDraft list, String text, int place, Maker maker) throws PluginFault {
        String key = list.unique(text);
        PluginFault failure = failures.get(key);
        if (failure != null) {
            throw failure;
        }
        Made instance = made.get(key);
        if (instance == null) {
            try {
                instance = maker.make();
            } catch (PluginFault e) {
                failures.put(key, e);
                throw e;
            }
            made.put(key, instance);
        }
        list.take(key, instance, place);
    }
}
