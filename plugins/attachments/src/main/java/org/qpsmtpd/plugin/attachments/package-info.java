/** The plugin attachments. */
@NullMarked
package org.qpsmtpd.plugin.attachments;

import org.jspecify.annotations.NullMarked;
