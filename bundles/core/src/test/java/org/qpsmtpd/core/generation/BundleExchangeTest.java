package org.qpsmtpd.core.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.qpsmtpd.core.gate.BundleSource;
import org.qpsmtpd.core.gate.ConfiguredInstance;
import org.qpsmtpd.core.generation.BundleExchange.Share;

class BundleExchangeTest {
    private final Bundle older = bundle("older");
    private final Bundle newer = bundle("newer");
    private final Source source = new Source();
    private final BundleExchange exchange = new BundleExchange();
    private final AtomicInteger renewals = new AtomicInteger();
    private final Share one = exchange.join(() -> {});
    private final Share other = exchange.join(renewals::incrementAndGet);

    /** Keeps what it is told. */
    private static final class Source implements BundleSource {
        private final List<String> told = new ArrayList<>();
        private List<Bundle> wanted = List.of();
        private List<ConfiguredInstance> configured = List.of();

        @Override
        public List<ConfiguredInstance> configured() {
            return configured;
        }

        @Override
        public List<Bundle> wanted() {
            return wanted;
        }

        @Override
        public void refuse(Bundle bundle, String reason) {
            told.add("refuse " + bundle);
        }

        @Override
        public void reconsider() {
            told.add("reconsider");
        }

        @Override
        public void taken(List<Bundle> bundles) {
            told.add("taken " + bundles);
        }

        @Override
        public void accepted(List<Bundle> bundles) {
            told.add("accepted " + bundles);
        }

        @Override
        public void release(Bundle bundle) {
            told.add("release " + bundle);
        }

        /** What it was told since the last time, the repeated releases once. */
        List<String> news() {
            List<String> news = told.stream().distinct().toList();
            told.clear();
            return news;
        }
    }

    BundleExchangeTest() {
        exchange.setSource(source);
        renewals.set(0);
    }

    private static Bundle bundle(String name) {
        return (Bundle)
                Proxy.newProxyInstance(
                        Bundle.class.getClassLoader(),
                        new Class<?>[] {Bundle.class},
                        (bundle, method, arguments) ->
                                switch (method.getName()) {
                                    case "getState" -> Bundle.ACTIVE;
                                    case "hashCode" -> name.hashCode();
                                    case "equals" -> bundle == arguments[0];
                                    case "toString" -> name;
                                    default -> throw new IllegalStateException(method.getName());
                                });
    }

    private void serve(Share share, Bundle... bundles) {
        source.wanted = List.of(bundles);
        share.accepted(share.wanted());
    }

    @Test
    void aLoneServerSpeaksForAll() {
        other.leave();
        source.news();
        serve(one, older);
        assertThat(source.news()).containsExactly("accepted [older]");
        serve(one, newer);
        assertThat(source.news()).containsExactly("accepted [newer]");
        one.release(older);
        assertThat(source.news()).containsExactly("release older");
        one.refuse(newer, "why");
        assertThat(source.news()).containsExactly("refuse newer");
    }

    @Test
    void isAcceptedWhenAllServersHaveIt() {
        serve(one, newer);
        assertThat(source.news()).containsExactly("taken [newer]", "accepted []");
        serve(other, newer);
        assertThat(source.news()).containsExactly("accepted [newer]");
    }

    @Test
    void isAcceptedWhenTheServerThatHadNotDecidedEnds() {
        serve(one, newer);
        source.news();
        other.leave();
        assertThat(source.news()).contains("accepted [newer]");
    }

    @Test
    void isReleasedWhenTheLastServerReleasesIt() {
        serve(one, older);
        serve(other, older);
        serve(one, newer);
        serve(other, newer);
        source.news();
        one.release(older);
        assertThat(source.news()).isEmpty();
        other.release(older);
        assertThat(source.news()).containsExactly("release older");
    }

    @Test
    void whatAServerHeldIsReleasedWhenItEnds() {
        serve(one, older);
        serve(other, older);
        serve(one, newer);
        one.release(older);
        source.news();
        other.leave();
        assertThat(source.news()).containsExactly("accepted [newer]", "release older");
    }

    @Test
    void whatIsWantedNoMoreWhileTheLastServerEndsIsReleased() {
        other.leave();
        serve(one, older);
        source.news();

        source.wanted = List.of();
        exchange.renew(); // the server ends and asks for nothing any more
        one.leave();

        assertThat(source.news()).containsExactly("release older");
    }

    @Test
    void whatOneServerRefusesTheOthersGiveBackToo() {
        serve(one, older);
        serve(other, older);
        serve(other, newer);
        source.news();
        source.wanted = List.of(newer);
        one.wanted();
        one.refuse(newer, "why");
        assertThat(source.news()).containsExactly("refuse newer");
        assertThat(renewals.get()).isEqualTo(1);
        source.wanted = List.of(older);
        assertThat(other.wanted()).containsExactly(older);
    }

    @Test
    void whatServesElsewhereIsSettled() {
        serve(one, newer);
        assertThat(other.isSettledElsewhere(newer)).as("not all have decided").isFalse();
        serve(other, newer);
        assertThat(other.isSettledElsewhere(newer)).isTrue();
        one.leave();
        assertThat(other.isSettledElsewhere(newer)).as("nobody else is there").isFalse();
    }

    @Test
    void everyServerIsAskedToRenew() {
        exchange.renew();
        assertThat(renewals.get()).isEqualTo(1);
        other.leave();
        exchange.renew();
        assertThat(renewals.get()).isEqualTo(1);
    }

    @Test
    void passesOnWhatFilesConfigure() {
        BundleExchange alone = new BundleExchange();
        assertThat(alone.configured()).isEmpty();
        assertThat(alone.folder()).isEmpty();
        ConfiguredInstance file =
                new ConfiguredInstance("help", "one", Map.of(), "/deploy/help-one.cfg");
        source.configured = List.of(file);
        assertThat(exchange.configured()).containsExactly(file);
    }
}
