package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.PreConnectionHook;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.SmtpReply;
import org.qpsmtpd.testkit.TestServer;

/** What stands behind the addresses in a PROXY header of version 2. */
class ProxyExtensionsTest {
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final PreConnectionHook look =
            admission -> {
                Connection client = admission.connection();
                seen.add(client.remoteIp() + ":" + client.remotePort());
                return HookResult.DECLINED;
            };

    private TestServer server() throws IOException {
        return TestServer.builder()
                .plugin("look", look)
                .config("proxy_protocol_from", "127.0.0.0/8")
                .start();
    }

    /** An IPv4 client, and extensions that are given octet by octet. */
    private static byte[] v2With(String extensions) throws IOException {
        byte[] addresses = {(byte) 192, 0, 2, 8, (byte) 198, 51, 100, 1, 0x12, 0x67, 0, 25};
        return ProxyHeaders.v2(0x21, 0x11, addresses, HexFormat.of().parseHex(extensions));
    }

    /** Where the sum is right, it is of the whole header with zeros in its place. */
    private static byte[] v2WithSum(String before, int change) throws IOException {
        byte[] header = v2With(before + "030004" + "00000000" + "E00001AA");
        CRC32C sum = new CRC32C();
        sum.update(header);
        ByteBuffer.wrap(header).putInt(header.length - 8, (int) sum.getValue() + change);
        return header;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // none at all
                "040000", // an empty one at the end
                "E0000101" + "040000" + "040002" + "0000",
                "20000500" + "00000000", // TLS, nothing inside
                "20001200" + "00000000" + "210007" + "544C5376312E33" + "E00000",
                "200005FF" + "FFFFFFFF" + "2200026D78"
            })
    void takesExtensionsThatAreWhole(String extensions) throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.write(v2With(extensions));
            assertThat(client.read().code()).isEqualTo(220);
        }
        assertThat(seen).containsExactly("192.0.2.8:4711");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00", // a type alone
                "E000", // half a length
                "E0000101" + "E0", // the same behind a good one
                "E0000101" + "E000",
                "E00001", // one octet said, none there
                "E0000201", // two said, one there
                "E000010102", // one more than said
                "E0FFFF00",
                "20000400" + "000000", // TLS, cut off
                "200000",
                "20000600" + "00000000" + "21", // a type alone inside
                "20000700" + "00000000" + "2100",
                "20000800" + "00000000" + "210001", // inside, one said, none there
                "20000900" + "00000000" + "21000254",
                "20000D00" + "00000000" + "20000500" + "00000000", // TLS in TLS
                "03000300" + "0000", // a checksum of three octets
                "030000",
                "03000400" + "000001"
            })
    void refusesBrokenExtensions(String extensions) throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.write(v2With(extensions));
            assertThat(client.read()).isEqualTo(SmtpReply.CLOSED);
            server.awaitLog("no PROXY header from 127.0.0.1");
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void believesAChecksumThatIsRightOnly() throws Exception {
        try (TestServer server = server()) {
            for (String before : List.of("", "E0000101")) {
                try (SmtpClient client = server.connect()) {
                    client.write(v2WithSum(before, 0));
                    assertThat(client.read().code()).isEqualTo(220);
                }
                try (SmtpClient client = server.connect()) {
                    client.write(v2WithSum(before, 1));
                    assertThat(client.read()).isEqualTo(SmtpReply.CLOSED);
                    server.awaitLog("its checksum is wrong");
                }
            }
        }
        assertThat(seen).hasSize(2);
    }
}
