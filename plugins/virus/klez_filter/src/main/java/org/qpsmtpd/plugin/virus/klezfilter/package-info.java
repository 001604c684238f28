/** The plugin virus/klez_filter. */
@NullMarked
package org.qpsmtpd.plugin.virus.klezfilter;

import org.jspecify.annotations.NullMarked;
