package org.qpsmtpd.dns.message;

import java.io.ByteArrayOutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.api.service.MailExchanger;
import org.qpsmtpd.api.service.ServiceLocation;
import org.qpsmtpd.api.service.TlsaRecord;
import org.qpsmtpd.api.service.ZoneStart;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** Records as plugins see them. */
final class RecordValues {
    /** Equal ones stay in the order in which they came. */
    private static final Comparator<Record> ORDER = Comparator.comparingInt(RecordValues::rank);

    private RecordValues() {}

    /**
     * The values of records, in the order of {@link DnsType}.
     *
     * @param records all of one type
     */
    static List<Object> of(List<Record> records) {
        List<Record> sorted = new ArrayList<>(records);
        sorted.sort(ORDER);
        List<Object> values = new ArrayList<>(sorted.size());
        for (Record each : sorted) {
            values.add(value(each));
        }
        return values;
    }

    private static int rank(Record record) {
        if (record instanceof MXRecord mail) {
            return mail.getPriority();
        }
        return record instanceof SRVRecord service ? service.getPriority() : 0;
    }

    private static Object value(Record record) {
        return switch (record.getType()) {
            case Type.A, Type.AAAA -> address(record.rdataToWireCanonical());
            case Type.NS -> Names.text(((NSRecord) record).getTarget());
            case Type.CNAME -> Names.text(((CNAMERecord) record).getTarget());
            case Type.PTR -> Names.text(((PTRRecord) record).getTarget());
            case Type.TXT -> text((TXTRecord) record);
            case Type.MX -> {
                MXRecord mail = (MXRecord) record;
                yield new MailExchanger(mail.getPriority(), Names.text(mail.getTarget()));
            }
            case Type.SRV -> service((SRVRecord) record);
            case Type.SOA -> start((SOARecord) record);
            case Type.TLSA -> certificate((TLSARecord) record);
            default -> throw new IllegalArgumentException("no such type: " + record.getType());
        };
    }

    /** Without a name; sixteen octets are an IPv6 address whatever they stand for. */
    private static InetAddress address(byte[] octets) {
        try {
            return octets.length == 4
                    ? InetAddress.getByAddress(octets)
                    : Inet6Address.getByAddress("", octets, -1);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String text(TXTRecord record) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (Object each : record.getStringsAsByteArrays()) {
            octets.writeBytes((byte[]) each);
        }
        return octets.toString(StandardCharsets.ISO_8859_1);
    }

    private static ServiceLocation service(SRVRecord record) {
        return new ServiceLocation(
                record.getPriority(),
                record.getWeight(),
                record.getPort(),
                Names.text(record.getTarget()));
    }

    private static ZoneStart start(SOARecord record) {
        return new ZoneStart(
                Names.text(record.getHost()),
                Names.text(record.getAdmin()),
                record.getSerial(),
                record.getMinimum());
    }

    private static TlsaRecord certificate(TLSARecord record) {
        return new TlsaRecord(
                record.getCertificateUsage(),
                record.getSelector(),
                record.getMatchingType(),
                HexFormat.of().formatHex(record.getCertificateAssociationData()));
    }
}
