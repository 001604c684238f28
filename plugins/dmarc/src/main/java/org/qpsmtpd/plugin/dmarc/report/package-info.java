/** The reports of the plugin dmarc: what is gathered for them, and how they are sent. */
@NullMarked
package org.qpsmtpd.plugin.dmarc.report;

import org.jspecify.annotations.NullMarked;
