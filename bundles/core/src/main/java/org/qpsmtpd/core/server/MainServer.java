package org.qpsmtpd.core.server;

import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The first server in a host: there is one while there is a configuration {@code org.qpsmtpd}. */
@Component(
        immediate = true,
        service = {},
        configurationPid = "org.qpsmtpd",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class MainServer {
    private final Runnable end;

    /** Starts in the background. */
    @Activate
    public MainServer(@Reference HostedServers servers, Map<String, Object> configuration) {
        end = servers.begin(configuration);
    }

    /** Ends in the background. */
    @Deactivate
    void deactivate() {
        end.run();
    }
}
