package org.qpsmtpd.plugin.hostsallow;

import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.PreConnectionHook;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Admission;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;

/**
 * Limits the connections of one address and admits or refuses networks before the greeting.
 *
 * <p>{@code pre-connection}: DENYSOFT when the client's address holds more connections than {@code
 * --max-from-ip} allows. Then the code and text of the first line of the file {@code hosts_allow}
 * whose network holds the address; DECLINED when there is none. The limit is 3 higher for a history
 * of karma above 5, and 1 for one of 0 or less; an unknown history changes nothing.
 *
 * <p>Faults: a line that cannot be read is logged and left out; an unknown code is logged and read
 * as DECLINED.
 *
 * <p>Source: qpsmtpd {@code plugins/hosts_allow @ df5b04d}.
 */
@Component(configurationPid = "hosts_allow", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(name = "hosts_allow", files = "hosts_allow")
@NonBlocking
public final class HostsAllowPlugin implements PreConnectionHook, FileCheck {
    private static final int GOOD_HISTORY = 5;
    private static final int BONUS = 3;

    private final ConfigView<List<Rule>> rules = ConfigView.ofEntries("hosts_allow", Rule::parse);

    @Override
    public void checkLine(String file, String line) {
        Rule.check(line);
    }

    @Override
    public HookResult onPreConnection(Admission admission) {
        Connection connection = admission.connection();
        int limit = limit(admission);
        if (limit > 0 && admission.connectionsFromIp() > limit) {
            String fault = "too many connections from " + connection.remoteIp();
            return HookResult.denySoft(fault + ", try again later")
                    .because(
                            "fail: "
                                    + fault
                                    + " ("
                                    + admission.connectionsFromIp()
                                    + " > "
                                    + limit
                                    + ")");
        }
        for (Rule rule : rules.in(connection.config())) {
            if (rule.network().contains(connection.remoteAddress())) {
                return rule.answer();
            }
        }
        return HookResult.DECLINED;
    }

    /** How many connections the client may hold; 0 for any number. */
    private static int limit(Admission admission) {
        int limit = admission.maxFromIp();
        Optional<Integer> history = admission.connection().notes().get(NoteKey.KARMA_HISTORY);
        if (limit == 0 || history.isEmpty()) {
            return limit;
        }
        if (history.get() > GOOD_HISTORY) {
            return limit + BONUS;
        }
        return history.get() <= 0 ? 1 : limit;
    }
}
