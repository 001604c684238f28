package org.example.stamp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.api.plugin.Plugin;

/**
 * Adds a header field with the number that this jar was built with.
 *
 * <p>{@code data_post}: DECLINED, so that the next plugin is asked.
 */
@Component(configurationPid = "sample", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = StampConfig.class, factory = true)
@Plugin(name = "sample")
@NonBlocking
public final class StampPlugin implements DataPostHook {
    private final String header;
    private final String stamp;

    /**
     * Reads the number.
     *
     * @throws IOException when the jar is damaged
     */
    @Activate
    public StampPlugin(StampConfig config) throws IOException {
        header = config.header();
        try (InputStream in = StampPlugin.class.getResourceAsStream("/stamp.txt")) {
            stamp = new String(in.readAllBytes(), US_ASCII);
        }
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        transaction.headers().append(header, stamp);
        return HookResult.pass("stamp " + stamp);
    }
}
