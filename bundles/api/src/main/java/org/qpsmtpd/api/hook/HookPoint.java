package org.qpsmtpd.api.hook;

/**
 * All hooks: qpsmtpd's name of each and the interface that answers it; {@code rcpt_post}, {@code
 * auth_pre}, {@code auth_keys}, {@code auth_token} and {@code auth_post} are ours.
 */
public enum HookPoint {
    /** {@link LoggingHook}. */
    LOGGING("logging", LoggingHook.class),
    /** {@link ConfigHook}. */
    CONFIG("config", ConfigHook.class),
    /** {@link UserConfigHook}. */
    USER_CONFIG("user_config", UserConfigHook.class),
    /** {@link PostForkHook}. */
    POST_FORK("post-fork", PostForkHook.class),
    /** {@link PreConnectionHook}. */
    PRE_CONNECTION("pre-connection", PreConnectionHook.class),
    /** {@link ConnectHook}. */
    CONNECT("connect", ConnectHook.class),
    /** {@link HeloParseHook}. */
    HELO_PARSE("helo_parse", HeloParseHook.class),
    /** {@link EhloParseHook}. */
    EHLO_PARSE("ehlo_parse", EhloParseHook.class),
    /** {@link HeloHook}. */
    HELO("helo", HeloHook.class),
    /** {@link EhloHook}. */
    EHLO("ehlo", EhloHook.class),
    /** {@link AuthPreHook}. */
    AUTH_PRE("auth_pre", AuthPreHook.class),
    /** {@link AuthPlainHook}. */
    AUTH_PLAIN("auth-plain", AuthPlainHook.class),
    /** {@link AuthLoginHook}. */
    AUTH_LOGIN("auth-login", AuthLoginHook.class),
    /** {@link AuthCramMd5Hook}. */
    AUTH_CRAM_MD5("auth-cram-md5", AuthCramMd5Hook.class),
    /** {@link AuthHook}. */
    AUTH("auth", AuthHook.class),
    /** {@link AuthKeysHook}. */
    AUTH_KEYS("auth_keys", AuthKeysHook.class),
    /** {@link AuthTokenHook}. */
    AUTH_TOKEN("auth_token", AuthTokenHook.class),
    /** {@link AuthPostHook}. */
    AUTH_POST("auth_post", AuthPostHook.class),
    /** {@link MailParseHook}. */
    MAIL_PARSE("mail_parse", MailParseHook.class),
    /** {@link MailPreHook}. */
    MAIL_PRE("mail_pre", MailPreHook.class),
    /** {@link MailHook}. */
    MAIL("mail", MailHook.class),
    /** {@link RcptParseHook}. */
    RCPT_PARSE("rcpt_parse", RcptParseHook.class),
    /** {@link RcptPreHook}. */
    RCPT_PRE("rcpt_pre", RcptPreHook.class),
    /** {@link RcptHook}. */
    RCPT("rcpt", RcptHook.class),
    /** {@link RcptPostHook}. */
    RCPT_POST("rcpt_post", RcptPostHook.class),
    /** {@link DataHook}. */
    DATA("data", DataHook.class),
    /** {@link DataHeadersEndHook}. */
    DATA_HEADERS_END("data_headers_end", DataHeadersEndHook.class),
    /** {@link DataPostHeadersHook}. */
    DATA_POST_HEADERS("data_post_headers", DataPostHeadersHook.class),
    /** {@link ReceivedLineHook}. */
    RECEIVED_LINE("received_line", ReceivedLineHook.class),
    /** {@link DataPostHook}. */
    DATA_POST("data_post", DataPostHook.class),
    /** {@link QueuePreHook}. */
    QUEUE_PRE("queue_pre", QueuePreHook.class),
    /** {@link QueueHook}. */
    QUEUE("queue", QueueHook.class),
    /** {@link QueuePostHook}. */
    QUEUE_POST("queue_post", QueuePostHook.class),
    /** {@link VrfyHook}. */
    VRFY("vrfy", VrfyHook.class),
    /** {@link NoopHook}. */
    NOOP("noop", NoopHook.class),
    /** {@link HelpHook}. */
    HELP("help", HelpHook.class),
    /** {@link QuitHook}. */
    QUIT("quit", QuitHook.class),
    /** {@link UnrecognizedCommandHook}. */
    UNRECOGNIZED_COMMAND("unrecognized_command", UnrecognizedCommandHook.class),
    /** {@link ResetTransactionHook}. */
    RESET_TRANSACTION("reset_transaction", ResetTransactionHook.class),
    /** {@link DisconnectHook}. */
    DISCONNECT("disconnect", DisconnectHook.class),
    /** {@link PostConnectionHook}. */
    POST_CONNECTION("post-connection", PostConnectionHook.class),
    /** {@link DenyHook}. */
    DENY("deny", DenyHook.class),
    /** {@link OkHook}. */
    OK("ok", OkHook.class);

    private final String hookName;
    private final Class<?> type;

    HookPoint(String hookName, Class<?> type) {
        this.hookName = hookName;
        this.type = type;
    }

    /** qpsmtpd's name, such as {@code pre-connection}. */
    public String hookName() {
        return hookName;
    }

    /** The interface a plugin implements to answer it. */
    public Class<?> type() {
        return type;
    }
}
