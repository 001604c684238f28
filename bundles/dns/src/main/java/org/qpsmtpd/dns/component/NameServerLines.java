package org.qpsmtpd.dns.component;

import org.osgi.service.component.annotations.Component;
import org.qpsmtpd.api.net.NameServerAddress;
import org.qpsmtpd.api.plugin.FileCheck;

/** Tells the server which lines of {@code config/dns_servers} would be left out. */
@Component(property = FileCheck.FILES + "=" + ConfiguredServers.FILE)
public final class NameServerLines implements FileCheck {
    @Override
    public void checkLine(String file, String line) {
        var unused = NameServerAddress.parse(line);
    }
}
