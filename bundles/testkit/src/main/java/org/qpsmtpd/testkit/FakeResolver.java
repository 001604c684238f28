package org.qpsmtpd.testkit;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.net.ReverseName;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.api.service.MailExchanger;
import org.qpsmtpd.api.service.Resolver;

/**
 * The DNS as the test knows it. A question that was not told of throws {@link
 * IllegalStateException}, unless {@link #withOthers} says how such are answered. Names are compared
 * without regard to case. The methods that begin with {@code with} set it up and return it.
 */
public final class FakeResolver implements Resolver {
    private final Map<String, DnsAnswer<?>> answers = new HashMap<>();
    private final List<String> questions = new ArrayList<>();
    private final List<DnsPurpose> purposes = new ArrayList<>();
    private final List<Runnable> held = new ArrayList<>();
    private @Nullable Status others;
    private boolean holding;

    /** The name has these records of the type; without any the answer is NO_DATA. */
    @SafeVarargs
    public final <T> FakeResolver with(DnsType<T> type, String name, T... records) {
        List<T> all = new ArrayList<>();
        for (T each : records) {
            all.add(each);
        }
        return put(type, name, DnsAnswer.of(all));
    }

    /** The same, and a trusted name server has checked the signatures. */
    public <T> FakeResolver withSigned(DnsType<T> type, String name, List<T> records) {
        return put(type, name, new DnsAnswer<>(Status.FOUND, records, true));
    }

    /** Questions for the name's records of the type have no records, for that reason. */
    public FakeResolver with(DnsType<?> type, String name, Status status) {
        return put(type, name, DnsAnswer.none(status));
    }

    /** Questions that nothing was told of have no records, for that reason. */
    public FakeResolver withOthers(Status status) {
        others = status;
        return this;
    }

    /** The host has these addresses, of both families; without any the answer is NO_DATA. */
    public FakeResolver withAddresses(String host, String... ips) {
        List<InetAddress> all = Stream.of(ips).map(Network::parseAddress).toList();
        put(DnsType.A, host, DnsAnswer.of(those(all, Inet4Address.class)));
        return put(DnsType.AAAA, host, DnsAnswer.of(those(all, Inet6Address.class)));
    }

    /** Questions for the host's addresses have no records, for that reason. */
    public FakeResolver withAddresses(String host, Status status) {
        return with(DnsType.A, host, status).with(DnsType.AAAA, host, status);
    }

    /** The address has these names; without any the answer is NO_DATA. */
    public FakeResolver withPointers(String ip, String... hosts) {
        return with(DnsType.PTR, pointer(ip), lower(hosts));
    }

    /** Questions for the address's names have no records, for that reason. */
    public FakeResolver withPointers(String ip, Status status) {
        return with(DnsType.PTR, pointer(ip), status);
    }

    /** The name has these TXT records; without any the answer is NO_DATA. */
    public FakeResolver withTexts(String name, String... records) {
        return with(DnsType.TXT, name, records);
    }

    /** Questions for the name's TXT records have no records, for that reason. */
    public FakeResolver withTexts(String name, Status status) {
        return with(DnsType.TXT, name, status);
    }

    /** The domain has these MX records; without any the answer is NO_DATA. */
    public FakeResolver withMailExchangers(String domain, MailExchanger... records) {
        Comparator<MailExchanger> order = Comparator.comparingInt(MailExchanger::preference);
        return put(DnsType.MX, domain, DnsAnswer.of(Stream.of(records).sorted(order).toList()));
    }

    /** Questions for the domain's MX records have no records, for that reason. */
    public FakeResolver withMailExchangers(String domain, Status status) {
        return with(DnsType.MX, domain, status);
    }

    /** The domain has these name servers; without any the answer is NO_DATA. */
    public FakeResolver withNameServers(String domain, String... hosts) {
        return with(DnsType.NS, domain, lower(hosts));
    }

    /** Questions for the domain's name servers have no records, for that reason. */
    public FakeResolver withNameServers(String domain, Status status) {
        return with(DnsType.NS, domain, status);
    }

    /** Keeps answers back until {@link #release}; otherwise each is there at once. */
    public FakeResolver holding() {
        holding = true;
        return this;
    }

    /** Gives the answers kept back so far, in the order of the questions. */
    public void release() {
        List<Runnable> kept = List.copyOf(held);
        held.clear();
        kept.forEach(Runnable::run);
    }

    /** The questions asked, in order, such as {@code MX example.org}. */
    public List<String> questions() {
        return List.copyOf(questions);
    }

    /** What each of the questions was for, in order. */
    public List<DnsPurpose> purposes() {
        return List.copyOf(purposes);
    }

    @Override
    public <T> CompletionStage<DnsAnswer<T>> ask(String name, DnsType<T> type) {
        return ask(name, type, DnsPurpose.GENERAL);
    }

    @Override
    public Resolver forPurpose(DnsPurpose purpose) {
        return new Purposed(this, purpose);
    }

    private record Purposed(FakeResolver all, DnsPurpose purpose) implements Resolver {
        @Override
        public <T> CompletionStage<DnsAnswer<T>> ask(String name, DnsType<T> type) {
            return all.ask(name, type, purpose);
        }

        @Override
        public Resolver forPurpose(DnsPurpose other) {
            return new Purposed(all, other);
        }
    }

    private <T> CompletionStage<DnsAnswer<T>> ask(
            String name, DnsType<T> type, DnsPurpose purpose) {
        String question = question(name, type);
        questions.add(question);
        purposes.add(purpose);
        DnsAnswer<T> given = known(question);
        CompletableFuture<DnsAnswer<T>> stage = new CompletableFuture<>();
        if (holding) {
            held.add(() -> stage.complete(given));
        } else {
            stage.complete(given);
        }
        return stage;
    }

    @SuppressWarnings("unchecked") // put with the same type
    private <T> DnsAnswer<T> known(String question) {
        DnsAnswer<?> answer = answers.get(question);
        if (answer != null) {
            return (DnsAnswer<T>) answer;
        }
        Status other = others;
        if (other == null) {
            throw new IllegalStateException("the resolver was not told about " + question);
        }
        return DnsAnswer.none(other);
    }

    private FakeResolver put(DnsType<?> type, String name, DnsAnswer<?> answer) {
        answers.put(question(name, type), answer);
        return this;
    }

    private static String question(String name, DnsType<?> type) {
        String absolute = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return type + " " + absolute.toLowerCase(Locale.ROOT);
    }

    private static <T> List<T> those(List<InetAddress> all, Class<T> family) {
        return all.stream().filter(family::isInstance).map(family::cast).toList();
    }

    private static String pointer(String ip) {
        return ReverseName.pointer(Network.parseAddress(ip));
    }

    private static String[] lower(String... names) {
        return Stream.of(names).map(name -> name.toLowerCase(Locale.ROOT)).toArray(String[]::new);
    }
}
