package org.qpsmtpd.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.qpsmtpd.deploy.DeployedBundle.Stage;
import org.qpsmtpd.deploy.JarFault.Kind;
import org.qpsmtpd.deploy.Roster.Decision;
import org.qpsmtpd.deploy.Roster.Refused;
import org.qpsmtpd.deploy.Roster.Removed;

/** What is decided about the contents of one jar, without a framework. */
class RosterTest {
    private static final String JAR = "p.jar";
    private final JarFault fault = new JarFault(Kind.UNSUITED, "no", "mend it");

    private static final FileTime EARLY = FileTime.fromMillis(0);

    private final Roster roster = new Roster();
    private long ids;

    private static <T> T stub(Class<T> type, Map<String, Object> answers) {
        return type.cast(
                Proxy.newProxyInstance(
                        RosterTest.class.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) ->
                                switch (method.getName()) {
                                    case "equals" -> proxy == arguments[0];
                                    case "hashCode" -> System.identityHashCode(proxy);
                                    default -> answers.get(method.getName());
                                }));
    }

    private DeployedBundle content(String version) {
        BundleCapability plugin =
                stub(BundleCapability.class, Map.of("getAttributes", Map.of("name", "p")));
        BundleRevision revision =
                stub(BundleRevision.class, Map.of("getDeclaredCapabilities", List.of(plugin)));
        ids++;
        Bundle bundle =
                stub(
                        Bundle.class,
                        Map.of(
                                "adapt",
                                revision,
                                "getState",
                                Bundle.ACTIVE,
                                "getBundleId",
                                ids,
                                "getSymbolicName",
                                "org.example.p",
                                "getVersion",
                                Version.valueOf(version)));
        return new DeployedBundle(JAR, "hash" + version, bundle);
    }

    private DeployedBundle installed(String version) {
        DeployedBundle bundle = content(version);
        roster.setHandled(JAR, new UnixFile(0, 0, 0, ids, EARLY, EARLY, ids));
        roster.add(bundle);
        return bundle;
    }

    private DeployedBundle serving(String version) {
        DeployedBundle bundle = installed(version);
        assertThat(roster.started(bundle).found()).isTrue();
        roster.offer();
        assertThat(roster.accepted(List.of(bundle.bundle())).found()).containsExactly(bundle);
        return bundle;
    }

    @Test
    void letsAContentThatServesRetireWhenTheNextIsAccepted() {
        DeployedBundle first = serving("1.0.0");

        DeployedBundle second = serving("2.0.0");

        assertThat(first.stage()).isEqualTo(Stage.RETIRING);
        assertThat(roster.wanted()).containsExactly(second);
        assertThat(roster.release(first.bundle())).contains(first);
        assertThat(first.stage()).isEqualTo(Stage.LEAVING);
    }

    @Test
    void goesBackToTheOneBeforeWhenTheNextIsRefused() {
        DeployedBundle first = serving("1.0.0");
        DeployedBundle second = installed("2.0.0");
        roster.started(second);

        Refused refused = roster.refuse(second, fault);

        assertThat(refused).isEqualTo(new Refused(true, Optional.of(first), List.of(second)));
        assertThat(roster.fault(JAR)).contains(fault);
    }

    @Test
    void givesUpTheOldestOfTooManyThatWait() {
        DeployedBundle first = serving("1.0.0");
        DeployedBundle second = installed("2.0.0");
        DeployedBundle third = installed("3.0.0");
        DeployedBundle fourth = installed("4.0.0");
        assertThat(roster.started(second).leaving()).isEmpty();
        assertThat(roster.started(third).leaving()).isEmpty();

        Decision<Boolean> started = roster.started(fourth);

        assertThat(started).isEqualTo(new Decision<>(true, List.of(second)));
        assertThat(first.stage()).isEqualTo(Stage.RUNNING);
    }

    @Test
    void tellsWhatWasInterruptedWhenTheFileGoes() {
        DeployedBundle serving = serving("1.0.0");
        DeployedBundle starting = installed("2.0.0");

        Removed removed = roster.removed(JAR);

        assertThat(removed).isEqualTo(new Removed(List.of(starting), List.of(starting)));
        assertThat(serving.stage()).isEqualTo(Stage.RETIRING);
        assertThat(roster.started(starting)).isEqualTo(new Decision<>(false, List.of()));
        assertThat(roster.removed(JAR).leaving()).isEmpty();
    }

    @Test
    void takesBackAContentThatIsThere() {
        DeployedBundle first = serving("1.0.0");
        serving("2.0.0");

        Decision<Optional<DeployedBundle>> back = roster.takeBack(JAR, first.hash());

        assertThat(back).isEqualTo(new Decision<>(Optional.of(first), List.of()));
        assertThat(roster.wanted()).containsExactly(first);
        assertThat(roster.takeBack(JAR, "other").found()).isEmpty();
    }

    @Test
    void letsGoWhatNoEngineKnowsAnyMore() {
        DeployedBundle first = serving("1.0.0");
        serving("2.0.0");

        assertThat(roster.engineChanged()).containsExactly(first);
    }
}
