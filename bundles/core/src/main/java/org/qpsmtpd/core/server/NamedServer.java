package org.qpsmtpd.core.server;

import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * A further server in a host: there is one for each factory configuration of {@code
 * org.qpsmtpd.server}.
 */
@Component(
        immediate = true,
        service = {},
        configurationPid = "org.qpsmtpd.server",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class NamedServer {
    private final Runnable end;

    /** Starts in the background. */
    @Activate
    public NamedServer(@Reference HostedServers servers, Map<String, Object> configuration) {
        end = servers.begin(configuration);
    }

    /** Ends in the background. */
    @Deactivate
    void deactivate() {
        end.run();
    }
}
