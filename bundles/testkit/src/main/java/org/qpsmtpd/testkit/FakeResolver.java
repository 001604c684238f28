package org.qpsmtpd.testkit;

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
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.MailExchanger;
import org.qpsmtpd.api.service.Resolver;

/**
 * The DNS as the test knows it. A question that was not told of throws {@link
 * IllegalStateException}. Names are compared without regard to case. The methods that begin with
 * {@code with} set it up and return it.
 */
public final class FakeResolver implements Resolver {
    private final Map<InetAddress, DnsAnswer<String>> pointers = new HashMap<>();
    private final Map<String, DnsAnswer<InetAddress>> addresses = new HashMap<>();
    private final Map<String, DnsAnswer<String>> texts = new HashMap<>();
    private final Map<String, DnsAnswer<MailExchanger>> exchangers = new HashMap<>();
    private final Map<String, DnsAnswer<String>> nameServers = new HashMap<>();
    private final List<String> questions = new ArrayList<>();
    private final List<Runnable> held = new ArrayList<>();
    private boolean holding;

    /** The host has these addresses; without any the answer is NO_DATA. */
    public FakeResolver withAddresses(String host, String... ips) {
        addresses.put(lower(host), answer(Stream.of(ips).map(Network::parseAddress).toList()));
        return this;
    }

    /** Questions for the host's addresses have no records, for that reason. */
    public FakeResolver withAddresses(String host, Status status) {
        addresses.put(lower(host), none(status));
        return this;
    }

    /** The address has these names; without any the answer is NO_DATA. */
    public FakeResolver withPointers(String ip, String... hosts) {
        pointers.put(Network.parseAddress(ip), answer(Stream.of(hosts).map(this::lower).toList()));
        return this;
    }

    /** Questions for the address's names have no records, for that reason. */
    public FakeResolver withPointers(String ip, Status status) {
        pointers.put(Network.parseAddress(ip), none(status));
        return this;
    }

    /** The name has these TXT records; without any the answer is NO_DATA. */
    public FakeResolver withTexts(String name, String... records) {
        texts.put(lower(name), answer(List.of(records)));
        return this;
    }

    /** Questions for the name's TXT records have no records, for that reason. */
    public FakeResolver withTexts(String name, Status status) {
        texts.put(lower(name), none(status));
        return this;
    }

    /** The domain has these MX records; without any the answer is NO_DATA. */
    public FakeResolver withMailExchangers(String domain, MailExchanger... records) {
        Comparator<MailExchanger> order = Comparator.comparingInt(MailExchanger::preference);
        exchangers.put(lower(domain), answer(Stream.of(records).sorted(order).toList()));
        return this;
    }

    /** Questions for the domain's MX records have no records, for that reason. */
    public FakeResolver withMailExchangers(String domain, Status status) {
        exchangers.put(lower(domain), none(status));
        return this;
    }

    /** The domain has these name servers; without any the answer is NO_DATA. */
    public FakeResolver withNameServers(String domain, String... hosts) {
        nameServers.put(lower(domain), answer(Stream.of(hosts).map(this::lower).toList()));
        return this;
    }

    /** Questions for the domain's name servers have no records, for that reason. */
    public FakeResolver withNameServers(String domain, Status status) {
        nameServers.put(lower(domain), none(status));
        return this;
    }

    /** Keeps answers back until {@link #release}; otherwise each is there at once. */
    public FakeResolver holding() {
        holding = true;
        return this;
    }

    /** Gives the answers kept back so far, in the order of the questions. */
    public void release() {
        List<Runnable> answers = List.copyOf(held);
        held.clear();
        answers.forEach(Runnable::run);
    }

    /** The questions asked, in order, such as {@code MX example.org}. */
    public List<String> questions() {
        return List.copyOf(questions);
    }

    @Override
    public CompletionStage<DnsAnswer<InetAddress>> addresses(String host) {
        return ask("A", lower(host), addresses);
    }

    @Override
    public CompletionStage<DnsAnswer<String>> pointers(InetAddress address) {
        return ask("PTR", address, pointers);
    }

    @Override
    public CompletionStage<DnsAnswer<String>> texts(String name) {
        return ask("TXT", lower(name), texts);
    }

    @Override
    public CompletionStage<DnsAnswer<MailExchanger>> mailExchangers(String domain) {
        return ask("MX", lower(domain), exchangers);
    }

    @Override
    public CompletionStage<DnsAnswer<String>> nameServers(String domain) {
        return ask("NS", lower(domain), nameServers);
    }

    private <K, T> CompletionStage<DnsAnswer<T>> ask(
            String type, K key, Map<K, DnsAnswer<T>> answers) {
        String shown = key instanceof InetAddress ip ? ip.getHostAddress() : key.toString();
        questions.add(type + " " + shown);
        DnsAnswer<T> answer = answers.get(key);
        if (answer == null) {
            throw new IllegalStateException(
                    "the resolver was not told about " + type + " " + shown);
        }
        CompletableFuture<DnsAnswer<T>> stage = new CompletableFuture<>();
        if (holding) {
            held.add(() -> stage.complete(answer));
        } else {
            stage.complete(answer);
        }
        return stage;
    }

    private static <T> DnsAnswer<T> answer(List<T> records) {
        return new DnsAnswer<>(records.isEmpty() ? Status.NO_DATA : Status.FOUND, records);
    }

    private static <T> DnsAnswer<T> none(Status status) {
        if (status == Status.FOUND) {
            throw new IllegalArgumentException("FOUND needs records");
        }
        return new DnsAnswer<>(status, List.of());
    }

    private String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
