package org.qpsmtpd.core.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.chain.PluginList;
import org.qpsmtpd.core.client.ClientLists;
import org.qpsmtpd.core.client.ClientRule;
import org.qpsmtpd.core.generation.ListDraft.Fault;

/** The plugin lists of a generation on its way. */
final class ListDrafts {
    private final ListDraft first = new ListDraft(ClientLists.USUAL);
    private final List<ListDraft> lists = new ArrayList<>();
    private final List<Fault> common = new ArrayList<>();
    private ClientLists clients = ClientLists.ONE;

    /**
     * What tells a generation from others.
     *
     * @param names the names of its lists
     * @param rules which client has which
     * @param keys what identifies the instances of each
     * @param faults what is wrong with each
     */
    record Shape(
            List<String> names,
            List<ClientRule> rules,
            List<List<String>> keys,
            List<List<String>> faults) {}

    /** Begins a list for each name. */
    void begin(ClientLists names) {
        clients = names;
        names.names().forEach(name -> lists.add(new ListDraft(name)));
    }

    /** What is asked before the connection and is in none of the lists. */
    ListDraft first() {
        return first;
    }

    /** Those that clients have, in the order of {@link ClientLists#names}. */
    List<ListDraft> lists() {
        return lists;
    }

    /** Adds what is wrong with all of them. */
    void add(Fault fault) {
        common.add(fault);
    }

    private Stream<ListDraft> all() {
        return Stream.concat(Stream.of(first), lists.stream());
    }

    private List<String> sentencesOf(ListDraft list) {
        return sentences(Stream.of(common, first.faults(), list.faults()).flatMap(List::stream));
    }

    private static List<String> sentences(Stream<Fault> faults) {
        return faults.map(Fault::sentence).distinct().toList();
    }

    /** All that is wrong. */
    List<Fault> faults() {
        return Stream.concat(common.stream(), all().flatMap(list -> list.faults().stream()))
                .toList();
    }

    /** The same for an administrator. */
    List<String> sentences() {
        return sentences(faults().stream());
    }

    /** Names of the lists that cannot be served. */
    List<String> faulty() {
        return lists.stream()
                .filter(list -> !sentencesOf(list).isEmpty())
                .map(ListDraft::name)
                .toList();
    }

    /** The instances of all. */
    List<PluginInstance> instances() {
        return all().flatMap(list -> list.instances().stream()).distinct().toList();
    }

    /** What identifies them. */
    Set<String> keys() {
        return all().flatMap(list -> list.keys().stream()).collect(Collectors.toSet());
    }

    /** What tells the generation from others. */
    Shape shape() {
        return new Shape(
                clients.names(),
                clients.rules(),
                all().map(list -> List.copyOf(list.keys())).toList(),
                lists.stream().map(this::sentencesOf).toList());
    }

    /** Which client has which of the lists. */
    ClientLists clients() {
        return clients;
    }

    /** The generation that they are. */
    Generation finish(int number) {
        List<PluginList> finished =
                lists.stream()
                        .map(
                                list ->
                                        new PluginList(
                                                list.name(),
                                                first.instances(),
                                                list.instances(),
                                                sentencesOf(list)))
                        .toList();
        return new Generation(number, finished, clients);
    }
}
