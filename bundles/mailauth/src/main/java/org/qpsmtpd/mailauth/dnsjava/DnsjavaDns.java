package org.qpsmtpd.mailauth.dnsjava;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.DnsResult.Status;
import org.qpsmtpd.mailauth.DomainName;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupResult;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;

/** Look-ups by a session of dnsjava, whose resolver says who is asked and how long. */
public final class DnsjavaDns implements Dns {
    private final LookupSession session;

    public DnsjavaDns(LookupSession session) {
        this.session = session;
    }

    @Override
    public CompletionStage<DnsResult<String>> texts(String name) {
        return ask(name, Type.TXT, records -> only(TXTRecord.class, records).map(DnsjavaDns::text));
    }

    @Override
    public CompletionStage<DnsResult<InetAddress>> ipv4(String name) {
        return ask(name, Type.A, records -> only(ARecord.class, records).map(ARecord::getAddress));
    }

    @Override
    public CompletionStage<DnsResult<InetAddress>> ipv6(String name) {
        return ask(
                name,
                Type.AAAA,
                records -> only(AAAARecord.class, records).map(AAAARecord::getAddress));
    }

    @Override
    public CompletionStage<DnsResult<String>> exchangers(String name) {
        return ask(
                name,
                Type.MX,
                records ->
                        only(MXRecord.class, records)
                                .sorted(Comparator.comparingInt(MXRecord::getPriority))
                                .map(record -> text(record.getTarget())));
    }

    @Override
    public CompletionStage<DnsResult<String>> pointers(InetAddress address) {
        return ask(
                ReverseMap.fromAddress(address),
                Type.PTR,
                records -> only(PTRRecord.class, records).map(record -> text(record.getTarget())));
    }

    private <T> CompletionStage<DnsResult<T>> ask(
            String name, int type, Function<List<Record>, Stream<T>> values) {
        return DomainName.isName(name)
                ? ask(name(name), type, values)
                : CompletableFuture.completedFuture(DnsResult.none(Status.NO_NAME));
    }

    private <T> CompletionStage<DnsResult<T>> ask(
            Name name, int type, Function<List<Record>, Stream<T>> values) {
        return session.lookupAsync(name, type)
                .handle(
                        (result, fault) ->
                                result == null
                                        ? DnsResult.none(status(fault))
                                        : DnsResult.of(values.apply(records(result)).toList()));
    }

    private static List<Record> records(LookupResult result) {
        return result.getRecords();
    }

    private static Status status(Throwable fault) {
        Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
        if (cause instanceof NoSuchDomainException) {
            return Status.NO_NAME;
        }
        return cause instanceof NoSuchRRSetException ? Status.NO_DATA : Status.FAILED;
    }

    private static <T extends Record> Stream<T> only(Class<T> type, List<Record> records) {
        return records.stream().filter(type::isInstance).map(type::cast);
    }

    private static String text(TXTRecord record) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        record.getStringsAsByteArrays().forEach(octets::writeBytes);
        return octets.toString(ISO_8859_1);
    }

    private static Name name(String text) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(text.length() + 2);
        for (String label : text.split("\\.", -1)) {
            octets.write(label.length());
            octets.writeBytes(label.getBytes(ISO_8859_1));
        }
        octets.write(0);
        try {
            return new Name(octets.toByteArray());
        } catch (IOException e) {
            throw new IllegalStateException(e); // the text was looked at before
        }
    }

    private static String text(Name name) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < name.labels(); i++) {
            byte[] label = name.getLabel(i);
            if (label[0] == 0) {
                break; // the root
            }
            text.append(i == 0 ? "" : ".").append(new String(label, 1, label[0], ISO_8859_1));
        }
        return text.toString();
    }
}
