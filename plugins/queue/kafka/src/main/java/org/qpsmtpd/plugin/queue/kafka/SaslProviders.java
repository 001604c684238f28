package org.qpsmtpd.plugin.queue.kafka;

import java.security.Provider;
import java.security.Security;
import org.apache.kafka.common.security.scram.internals.ScramSaslClientProvider;

/**
 * The JDK keeps what Kafka's client registers for SCRAM for ever, and with it the classes of a
 * replaced bundle: it is there only while there is a producer.
 */
final class SaslProviders {
    private static int producers;

    private SaslProviders() {}

    /** Before a producer is made. */
    static synchronized void arrive() {
        producers++;
        ScramSaslClientProvider.initialize();
    }

    /** After it was closed. */
    static synchronized void leave() {
        producers--;
        if (producers == 0) {
            ClassLoader ours = SaslProviders.class.getClassLoader();
            for (Provider provider : Security.getProviders()) {
                if (provider.getClass().getClassLoader() == ours) {
                    Security.removeProvider(provider.getName());
                }
            }
        }
    }
}
