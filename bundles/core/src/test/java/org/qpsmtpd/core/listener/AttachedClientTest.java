package org.qpsmtpd.core.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.core.session.Introduction;

class AttachedClientTest {
    private static Introduction read(String... variables) {
        List<HAProxyTLV> extensions =
                Arrays.stream(variables)
                        .map(text -> extension(AttachedClient.VARIABLE, text))
                        .toList();
        return read(HAProxyCommand.PROXY, HAProxyProxiedProtocol.TCP4, extensions);
    }

    private static HAProxyTLV extension(byte type, String text) {
        return new HAProxyTLV(type, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    private static Introduction read(
            HAProxyCommand command, HAProxyProxiedProtocol protocol, List<HAProxyTLV> extensions) {
        HAProxyMessage header =
                new HAProxyMessage(
                        HAProxyProtocolVersion.V2,
                        command,
                        protocol,
                        "192.0.2.7",
                        "198.51.100.1",
                        4711,
                        25,
                        extensions);
        try {
            return AttachedClient.of(header);
        } finally {
            header.release();
        }
    }

    @Test
    void takesTheEndsOfTheSocketWithoutVariables() {
        Introduction client = read();
        assertThat(client.endpoints().remoteIp()).isEqualTo("192.0.2.7");
        assertThat(client.endpoints().remotePort()).isEqualTo(4711);
        assertThat(client.endpoints().localIp()).isEqualTo("198.51.100.1");
        assertThat(client.endpoints().socketPort()).isEqualTo(25);
        assertThat(client.host()).isEqualTo("[192.0.2.7]");
        assertThat(client.looked()).isFalse();
        assertThat(client.relay()).isEmpty();
    }

    @Test
    void variablesWinOverTheSocket() {
        Introduction client =
                read(
                        "TCPREMOTEIP=2001:db8::1",
                        "TCPREMOTEPORT=99",
                        "TCPREMOTEHOST=client.example.net",
                        "TCPREMOTEINFO=joe",
                        "TCPLOCALIP=192.0.2.1",
                        "TCPLOCALPORT=465");
        assertThat(client.endpoints().remoteIp()).isEqualTo("2001:db8::1");
        assertThat(client.endpoints().remotePort()).isEqualTo(99);
        assertThat(client.endpoints().socketPort()).isEqualTo(465);
        assertThat(client.host()).isEqualTo("client.example.net");
        assertThat(client.info()).isEqualTo("joe@client.example.net");
        assertThat(client.looked()).isTrue();
    }

    @Test
    void halfASetOfVariablesIsTakenAsQpsmtpdDoes() {
        assertThat(read("TCPREMOTEIP=192.0.2.9").endpoints().remotePort()).isZero();
        assertThat(read("TCPREMOTEIP=192.0.2.9").endpoints().localPort()).isEqualTo(25);
        assertThat(read("TCPREMOTEPORT=99").endpoints().remotePort()).isEqualTo(4711);
        assertThat(read("TCPREMOTEIP=").endpoints().remoteIp()).isEqualTo("192.0.2.7");
    }

    @Test
    void relayclientCountsEvenWhenItIsEmpty() {
        assertThat(read("RELAYCLIENT=").relay()).contains("");
        assertThat(read("RELAYCLIENT=@fixme").relay()).contains("@fixme");
    }

    @Test
    void whitelistclientCountsEvenWhenItIsEmpty() {
        assertThat(read("WHITELISTCLIENT=").whitelist()).contains("");
        assertThat(read("WHITELISTCLIENT=friend").whitelist()).contains("friend");
        assertThat(read("RELAYCLIENT=").whitelist()).isEmpty();
    }

    @Test
    void rblsmtpdCountsEvenWhenItIsEmpty() {
        assertThat(read("RBLSMTPD=").rblsmtpd()).contains("");
        assertThat(read("RBLSMTPD=go away").rblsmtpd()).contains("go away");
        assertThat(read("RELAYCLIENT=").rblsmtpd()).isEmpty();
    }

    @Test
    void otherExtensionsAreLeftAlone() {
        List<HAProxyTLV> others = List.of(extension((byte) 0xE1, "RELAYCLIENT="));
        assertThat(read(HAProxyCommand.PROXY, HAProxyProxiedProtocol.TCP4, others).relay())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TCPREMOTEIP=nowhere        | TCPREMOTEIP is \"nowhere\", no address",
                "TCPREMOTEIP=mx.example.org | no address",
                "TCPLOCALIP=127.0.0         | no address",
                "TCPREMOTEPORT=70000        | TCPREMOTEPORT is \"70000\", no port",
                "TCPLOCALPORT=-1            | no port",
                "PATH=/tmp                  | a variable that is not known",
                "=x                         | a variable that is not known",
                "RELAYCLIENT                | a variable that is not known",
            })
    void wrongVariablesAreRefused(String variable, String reason) {
        assertThatThrownBy(() -> read(variable))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb", "a\0", "a\u007f", "a\u0085"})
    void controlCharactersAreRefused(String value) {
        assertThatThrownBy(() -> read("TCPREMOTEHOST=" + value))
                .hasMessage("TCPREMOTEHOST has control characters");
    }

    @Test
    void longVariablesAreRefused() {
        assertThat(read("TCPREMOTEINFO=" + "x".repeat(1010)).looked()).isFalse();
        assertThatThrownBy(() -> read("TCPREMOTEINFO=" + "x".repeat(1011)))
                .hasMessage("a variable has more than 1024 octets");
    }

    @Test
    void aHeaderWithoutClientIsRefused() {
        List<HAProxyTLV> none = List.of();
        assertThatThrownBy(() -> read(HAProxyCommand.LOCAL, HAProxyProxiedProtocol.TCP4, none))
                .hasMessage("it names no client");
    }
}
